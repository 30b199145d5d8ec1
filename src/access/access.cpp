#include "access/access.h"

#include <algorithm>

namespace remedium::access {

namespace {

using base::DataClass;
using base::DataClasses;

constexpr DataClasses all_but_privileged = {DataClass::identity,    DataClass::location, DataClass::contact,
                                            DataClass::narrative,   DataClass::health,   DataClass::legal,
                                            DataClass::immigration, DataClass::money};

/// What a role may ever see of a case, whatever the consent (gate 7).
constexpr DataClasses mask(Role role) {
  switch (role) {
    case Role::first_responder:
      return {DataClass::identity, DataClass::contact, DataClass::legal};
    case Role::case_manager:
      return all_but_privileged;
    case Role::competent_authority:
      return {DataClass::identity, DataClass::narrative, DataClass::legal, DataClass::immigration};
    case Role::legal_representative: {
      auto classes = all_but_privileged;
      classes.add(DataClass::privileged);
      return classes;
    }
    case Role::compensation_authority:
      return {DataClass::identity, DataClass::legal, DataClass::money};
    case Role::border_official:
    case Role::data_protection_officer:
    case Role::administrator:
      return {};
  }
  return {};
}

/// Verbs of a role (gate 2).
bool may(Role role, Action action, std::string_view act) {
  constexpr auto is_any = [](std::string_view value, std::initializer_list<std::string_view> list) {
    return std::ranges::find(list, value) != list.end();
  };
  switch (action) {
    case Action::read_law:
      return true;
    case Action::open_case:
      return role == Role::first_responder || role == Role::case_manager;
    case Action::count_declined:
      return role == Role::first_responder || role == Role::case_manager || role == Role::data_protection_officer;
    case Action::read_case:
    case Action::list_cases:
      return !mask(role).empty();
    case Action::check_hold:
      return role == Role::border_official;
    case Action::read_journal:
      return role == Role::case_manager || role == Role::data_protection_officer;
    case Action::import_cases:
    case Action::manage_officials:
      return role == Role::administrator;
    case Action::act:
      switch (role) {
        case Role::case_manager:
          return !is_any(act, {"identification-decisions", "permit-decisions", "recovery-period-ends", "awards"});
        case Role::competent_authority:
          return is_any(act,
                        {"identification-decisions", "permit-decisions", "recovery-periods", "recovery-period-ends",
                         "protective-measures", "best-interests-assessments", "views-heard"});
        case Role::legal_representative:
          return is_any(act, {"claims", "facts", "permit-applications", "steps", "lawyers"});
        case Role::compensation_authority:
          return is_any(act, {"awards", "payments"});
        case Role::first_responder:
          return is_any(act, {"facts", "consents", "information-deliveries", "identification-refusals"});
        case Role::border_official:
        case Role::data_protection_officer:
        case Role::administrator:
          return false;
      }
  }
  return false;
}

/// Purposes that a role may name (gate 5).
bool serves(Role role, Purpose purpose) {
  switch (role) {
    case Role::first_responder:
      return purpose == Purpose::protect || purpose == Purpose::assist;
    case Role::case_manager:
      return purpose == Purpose::assist || purpose == Purpose::protect || purpose == Purpose::legal_claim ||
             purpose == Purpose::reunify;
    case Role::competent_authority:
      return purpose == Purpose::protect;
    case Role::legal_representative:
    case Role::compensation_authority:
      return purpose == Purpose::legal_claim;
    case Role::border_official:
      return purpose == Purpose::protect;
    case Role::data_protection_officer:
    case Role::administrator:
      return purpose == Purpose::audit;
  }
  return false;
}

}  // namespace

Purpose default_purpose(Role role) {
  switch (role) {
    case Role::first_responder:
    case Role::competent_authority:
    case Role::border_official:
      return Purpose::protect;
    case Role::case_manager:
      return Purpose::assist;
    case Role::legal_representative:
    case Role::compensation_authority:
      return Purpose::legal_claim;
    case Role::data_protection_officer:
    case Role::administrator:
      return Purpose::audit;
  }
  return Purpose::audit;
}

Decision decide(const Who& who, Action action, Purpose purpose, const Resource& resource) {
  if (!who.second_factor) return Deny{1, "no_second_factor"};
  if (!may(who.role, action, resource.act)) return Deny{2, "not_of_this_role"};
  if (!resource.is_case)
    return serves(who.role, purpose) ? Decision(Allow{mask(who.role), "role"}) : Decision(Deny{5, "not_this_purpose"});

  if (resource.closed_by_erasure) return Deny{6, "erased"};
  const bool firewall =
      who.agency_kind == AgencyKind::immigration_enforcement && resource.agency_kind == AgencyKind::victim_services;
  if (firewall) return Deny{3, "firewall"};
  const bool own_agency = who.agency == resource.agency;
  const bool oversees = who.role == Role::data_protection_officer && action == Action::read_journal;
  if (oversees)
    return serves(who.role, purpose) ? Decision(Allow{{}, "oversight"}) : Decision(Deny{5, "not_this_purpose"});
  if (who.role == Role::data_protection_officer) return Deny{2, "ledger_only"};
  if (!own_agency && !resource.assigned) return Deny{own_agency ? 4 : 3, "not_assigned"};
  // In the responsible agency a case manager works on the agency's cases; everybody else needs the assignment.
  if (own_agency && who.role != Role::case_manager && !resource.assigned) return Deny{4, "not_assigned"};
  if (!serves(who.role, purpose)) return Deny{5, "not_this_purpose"};
  if (own_agency) return Allow{mask(who.role), resource.assigned ? "assignment" : "responsible_agency"};

  DataClasses consented;
  for (const auto& grant : resource.grants) {
    if (grant.recipient == who.agency && grant.purpose == purpose) consented = consented | grant.classes;
  }
  // The competent authority decides by law once a case is referred to it: its assignment is the recorded legal basis.
  const bool by_law = who.role == Role::competent_authority && who.agency_kind == AgencyKind::competent_authority;
  if (!by_law && consented.empty()) return Deny{6, "no_consent"};
  const auto classes = by_law ? mask(who.role) : consented & mask(who.role);
  if (classes.empty()) return Deny{7, "nothing_granted"};
  return Allow{classes, by_law ? "legal_duty" : "consent"};
}

}  // namespace remedium::access
