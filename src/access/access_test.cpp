#include "access/access.h"

#include <gtest/gtest.h>

#include <set>
#include <string>

#include "base/random.h"

namespace remedium::access {
namespace {

using base::DataClass;
using base::DataClasses;

/// A second, short statement of the same rules, as sets of words: what is not in it is not allowed.
bool oracle_allows(const Who& who, Action action, Purpose purpose, const Resource& resource) {
  const std::string role(code(who.role));
  const std::string want(code(purpose));
  static const std::set<std::string> purposes = {
      "first_responder protect",     "first_responder assist",           "case_manager assist",
      "case_manager protect",        "case_manager legal_claim",         "case_manager reunify",
      "competent_authority protect", "legal_representative legal_claim", "compensation_authority legal_claim",
      "border_official protect",     "data_protection_officer audit",    "administrator audit"};
  static const std::set<std::string> verbs = {"first_responder open",
                                              "case_manager open",
                                              "first_responder declined",
                                              "case_manager declined",
                                              "data_protection_officer declined",
                                              "first_responder read",
                                              "case_manager read",
                                              "competent_authority read",
                                              "legal_representative read",
                                              "compensation_authority read",
                                              "border_official hold",
                                              "case_manager journal",
                                              "data_protection_officer journal",
                                              "administrator import",
                                              "administrator manage"};
  static const char* names[] = {"open",    "read", "read",   "act",    "hold",
                                "journal", "law",  "import", "manage", "declined"};
  static const std::set<std::string> acts = {"case_manager consents",
                                             "case_manager claims",
                                             "competent_authority permit-decisions",
                                             "competent_authority identification-decisions",
                                             "legal_representative claims",
                                             "compensation_authority awards",
                                             "first_responder consents"};
  if (!who.second_factor) return false;
  const std::string verb = names[static_cast<int>(action)];
  const bool verb_ok = verb == "law" || (verb == "act" ? acts.contains(role + " " + std::string(resource.act))
                                                       : verbs.contains(role + " " + verb));
  if (!verb_ok || !purposes.contains(role + " " + want)) return false;
  if (!resource.is_case) return true;
  if (resource.closed_by_erasure) return false;
  if (who.agency_kind == AgencyKind::immigration_enforcement && resource.agency_kind == AgencyKind::victim_services)
    return false;
  if (role == "data_protection_officer") return verb == "journal";
  if (who.agency == resource.agency) return role == "case_manager" || resource.assigned;
  if (!resource.assigned) return false;
  if (role == "competent_authority" && who.agency_kind == AgencyKind::competent_authority) return true;
  // Which classes a consent must share with the role's mask for anything to be left.
  DataClasses mask = DataClasses::all();
  if (role == "first_responder") mask = {DataClass::identity, DataClass::contact, DataClass::legal};
  if (role == "case_manager") mask.remove(DataClass::privileged);
  if (role == "competent_authority")
    mask = {DataClass::identity, DataClass::narrative, DataClass::legal, DataClass::immigration};
  if (role == "compensation_authority") mask = {DataClass::identity, DataClass::legal, DataClass::money};
  if (role == "border_official" || role == "administrator") mask = {};
  for (const auto& grant : resource.grants) {
    if (grant.recipient == who.agency && grant.purpose == purpose && !(grant.classes & mask).empty()) return true;
  }
  return false;
}

TEST(Access, AgreesWithTheOracleOnAMillionCases) {
  base::SeededRandom random(2012);
  const base::AgencyId agencies[] = {base::AgencyId::draw(random), base::AgencyId::draw(random),
                                     base::AgencyId::draw(random)};
  const std::string_view acts[] = {"consents", "claims", "permit-decisions", "identification-decisions", "awards"};
  int allowed = 0;
  for (int i = 0; i < 1'000'000; ++i) {
    const Who who{.second_factor = random.below(20) != 0,
                  .role = static_cast<Role>(random.below(role_codes.size())),
                  .official = {},
                  .agency = agencies[random.below(3)],
                  .agency_kind = static_cast<AgencyKind>(random.below(agency_kind_codes.size()))};
    const Grant grants[] = {{agencies[random.below(3)], static_cast<Purpose>(random.below(8)),
                             DataClasses::from_bits(static_cast<unsigned>(random.below(512)))},
                            {agencies[random.below(3)], static_cast<Purpose>(random.below(8)),
                             DataClasses::from_bits(static_cast<unsigned>(random.below(512)))}};
    const Resource resource{.is_case = random.below(5) != 0,
                            .agency = agencies[random.below(3)],
                            .agency_kind = static_cast<AgencyKind>(random.below(agency_kind_codes.size())),
                            .assigned = random.below(2) != 0,
                            .closed_by_erasure = random.below(15) == 0,
                            .act = acts[random.below(5)],
                            .grants = std::span(grants).first(random.below(3))};
    const auto action = static_cast<Action>(random.below(10));
    const auto purpose = static_cast<Purpose>(random.below(8));
    const auto decision = decide(who, action, purpose, resource);
    const bool is_allowed = std::holds_alternative<Allow>(decision);
    allowed += is_allowed ? 1 : 0;
    ASSERT_EQ(is_allowed, oracle_allows(who, action, purpose, resource))
        << code(who.role) << " action " << static_cast<int>(action) << " " << resource.act << " " << code(purpose)
        << " case " << resource.is_case << " assigned " << resource.assigned;
    if (const auto* allow = std::get_if<Allow>(&decision)) {
      if (who.role != Role::legal_representative) {
        ASSERT_FALSE(allow->classes.has(DataClass::privileged));
      }
    }
  }
  EXPECT_GT(allowed, 10'000);
}

TEST(Access, WhoNeverReadsACase) {
  base::SeededRandom random(1);
  const auto agency = base::AgencyId::draw(random);
  for (const auto role : {Role::border_official, Role::administrator, Role::data_protection_officer}) {
    const Who who{.second_factor = true,
                  .role = role,
                  .official = {},
                  .agency = agency,
                  .agency_kind = AgencyKind::victim_services};
    const Resource resource{.is_case = true,
                            .agency = agency,
                            .agency_kind = AgencyKind::victim_services,
                            .assigned = true,
                            .act = {},
                            .grants = {}};
    for (const auto purpose : {Purpose::assist, Purpose::protect, Purpose::audit}) {
      EXPECT_TRUE(std::holds_alternative<Deny>(decide(who, Action::read_case, purpose, resource)));
    }
  }
}

}  // namespace
}  // namespace remedium::access
