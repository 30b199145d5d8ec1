// The table of acts. Fields are sealed by their position: append only, never reorder, never remove.

#include <algorithm>
#include <deque>

#include "casework/act.h"
#include "casework/codes.h"
#include "casework/indicators.h"

namespace remedium::casework {

namespace {

using base::DataClass;
using base::Measure;
using enum FieldType;

constexpr std::size_t story = 8000;

Field needed(Field field) {
  field.required = true;
  return field;
}
Field on(std::string_view name) {
  return {name, date, DataClass::legal, true};
}
Field maybe_on(std::string_view name) {
  return {name, date, DataClass::legal};
}
Field line(std::string_view name, DataClass data_class) {
  return {name, text, data_class};
}
Field lines(std::string_view name, DataClass data_class) {
  return {name, long_text, data_class, false, {}, story};
}
Field one_of(std::string_view name, DataClass data_class, std::span<const std::string_view> codes) {
  return {name, code, data_class, false, codes};
}
Field some_of(std::string_view name, DataClass data_class, std::span<const std::string_view> codes) {
  return {name, code_list, data_class, false, codes, 400};
}
Field yes_no(std::string_view name, DataClass data_class) {
  return {name, boolean, data_class};
}

/// Keeps the fields alive for as long as the program.
struct Table {
  std::deque<std::vector<Field>> fields;
  std::vector<Act> acts;

  void add(std::string_view resource, Measure measure, std::string_view rule, std::vector<Field> list,
           bool opens_case = false, bool about_child = false) {
    fields.push_back(std::move(list));
    acts.push_back({resource, measure, fields.back(), rule, opens_case, about_child});
  }
  Table();
};

Table::Table() {
  add("first-contacts", Measure::m3, "res. 20/1 3, 4(b)",
      {on("received_on"),
       needed(one_of("age_statement", DataClass::identity, age_statements)),
       needed({"language", language, DataClass::identity}),
       line("name", DataClass::identity),
       line("other_names", DataClass::identity),
       {"birth_date", date, DataClass::identity},
       one_of("sex", DataClass::identity, sexes),
       {"nationalities", country_list, DataClass::identity, false, {}, 10},
       one_of("immigration_status", DataClass::immigration, immigration_statuses),
       yes_no("in_territory", DataClass::location),
       yes_no("interpreter_needed", DataClass::identity),
       {"interpreter_language", language, DataClass::identity},
       one_of("safe_contact_channel", DataClass::contact, channels),
       line("safe_contact_address", DataClass::contact),
       line("safe_contact_times", DataClass::contact),
       some_of("never_contact_by", DataClass::contact, channels),
       line("code_word", DataClass::contact),
       line("whereabouts", DataClass::location),
       some_of("indicators", DataClass::narrative, indicator_codes()),
       some_of("exploitation_forms", DataClass::narrative, exploitation_forms),
       lines("narrative", DataClass::narrative),
       one_of("received_by", DataClass::legal, professions),
       yes_no("consents_to_identification", DataClass::legal),
       yes_no("consents_to_referral", DataClass::legal),
       yes_no("child_unaccompanied", DataClass::identity)},
      true);
  add("facts", Measure::m1e, "res. 20/1 4",
      {needed({"fact", text, DataClass::legal, false, {}, 80}),
       needed({"value", text, DataClass::narrative, false, {}, 400}),
       needed(one_of("source", DataClass::legal, fact_sources)), on("learned_on")});
  add("consents", Measure::m4b, "res. 20/1 4(b); SAFETY promise 2",
      {needed(one_of("purpose", DataClass::legal, purposes)),
       needed(one_of("decision", DataClass::legal, consent_decisions)), on("given_on"),
       line("recipient", DataClass::legal), needed(some_of("data_classes", DataClass::legal, casework::data_classes)),
       needed(line("notice_version", DataClass::legal)), needed({"language", language, DataClass::identity}),
       yes_no("interpreter", DataClass::identity), maybe_on("valid_until"),
       needed(one_of("decided_by", DataClass::legal, consent_deciders)),
       one_of("child_view", DataClass::narrative, child_views), lines("child_view_reason", DataClass::narrative)});
  add("consent-withdrawals", Measure::m4b, "SAFETY promise 3",
      {needed(one_of("purpose", DataClass::legal, purposes)), on("withdrawn_on"), line("recipient", DataClass::legal)});
  add("identification-refusals", Measure::m4b, "res. 20/1 4(b)",
      {on("refused_on"), needed(yes_no("confirmed_with_person", DataClass::legal))});
  add("identification-decisions", Measure::m4b, "res. 20/1 4(b)",
      {needed(one_of("stage", DataClass::legal, decided_stages)), on("decided_on"),
       needed(line("authority", DataClass::legal)), needed(lines("reasons", DataClass::legal)),
       maybe_on("review_until"), maybe_on("person_told_on")});
  add("views-heard", Measure::m4k, "CRC 12; res. 20/1 4(k)",
      {on("heard_on"), needed(one_of("how", DataClass::narrative, ways_heard)),
       needed(line("heard_by", DataClass::legal)), needed({"language", language, DataClass::identity}),
       lines("views", DataClass::narrative), needed(one_of("weight", DataClass::legal, weights)),
       needed(lines("why", DataClass::legal)), maybe_on("child_told_on")},
      false, true);
  add("best-interests-assessments", Measure::m4k, "CRC 3; res. 20/1 4(k)",
      {on("assessed_on"), needed(line("assessed_by", DataClass::legal)),
       needed(some_of("factors", DataClass::narrative, best_interests_factors)),
       needed(lines("outcome", DataClass::narrative))},
      false, true);
  add("guardians", Measure::m4l, "CRC 20; res. 20/1 4(l)",
      {on("appointed_on"), needed(line("name", DataClass::legal)),
       needed(one_of("kind", DataClass::legal, guardian_kinds)), needed(yes_no("conflict_checked", DataClass::legal))},
      false, true);
  add("information-deliveries", Measure::m4c, "res. 20/1 4(c)",
      {on("given_on"), needed(line("notice_version", DataClass::legal)),
       needed({"language", language, DataClass::identity}), yes_no("interpreter", DataClass::identity),
       needed(one_of("understanding_checked", DataClass::legal, understanding_checks))});
  add("recovery-periods", Measure::m4d, "res. 20/1 4(d)",
      {on("started_on"), needed(line("authority", DataClass::immigration))});
  add("recovery-period-ends", Measure::m4d, "res. 20/1 4(d)",
      {needed({"ground", text, DataClass::immigration, false, {}, 80}), on("decided_on"),
       needed(line("decided_by", DataClass::immigration)), needed(lines("reasons", DataClass::immigration)),
       on("notified_on"), maybe_on("appeal_until")});
  add("lawyers", Measure::m4e, "res. 20/1 4(e)",
      {on("appointed_on"), needed(line("name", DataClass::legal)), maybe_on("first_meeting_on"),
       yes_no("trained", DataClass::legal), needed(yes_no("conflict_checked", DataClass::legal))});
  add("protective-measures", Measure::m4f, "res. 20/1 4(f)",
      {on("decided_on"), needed(one_of("measure", DataClass::legal, casework::protective_measures)),
       needed(one_of("outcome", DataClass::legal, ordered_refused)), needed(line("authority", DataClass::legal)),
       lines("reasons", DataClass::legal)});
  add("risk-assessments", Measure::m4f, "res. 20/1 4(f)",
      {on("assessed_on"), needed(lines("risks", DataClass::location)), on("review_on")});
  add("permit-applications", Measure::m4h, "res. 20/1 4(h)",
      {on("applied_on"), needed(one_of("ground", DataClass::immigration, permit_grounds))});
  add("permit-decisions", Measure::m4h, "res. 20/1 4(h)",
      {needed(one_of("outcome", DataClass::immigration, granted_refused)), on("decided_on"),
       needed(line("authority", DataClass::immigration)), maybe_on("valid_from"), maybe_on("valid_until"),
       lines("reasons", DataClass::immigration), maybe_on("review_until")});
  add("claims", Measure::m4g, "res. 20/1 4(g)",
      {needed({"scheme", entitlement, DataClass::legal, false, {}, 80}),
       on("lodged_on"),
       {"amount", money, DataClass::money},
       some_of("heads", DataClass::money, heads_of_loss)});
  add("awards", Measure::m4g, "res. 20/1 4(g)",
      {needed({"scheme", entitlement, DataClass::legal, false, {}, 80}),
       on("decided_on"),
       needed(one_of("outcome", DataClass::legal, awarded_refused)),
       needed(line("authority", DataClass::legal)),
       {"amount", money, DataClass::money},
       lines("reasons", DataClass::legal)});
  add("payments", Measure::m4g, "res. 20/1 4(g), 4(j)",
      {needed({"scheme", entitlement, DataClass::legal, false, {}, 80}), on("paid_on"),
       needed({"amount", money, DataClass::money}), needed(yes_no("safe_channel", DataClass::money))});
  add("referrals", Measure::m4i, "res. 20/1 4(b), 4(i)",
      {on("referred_on"), needed(line("recipient", DataClass::legal)),
       needed(one_of("purpose", DataClass::legal, purposes)),
       needed(some_of("data_classes", DataClass::legal, casework::data_classes)),
       needed(one_of("basis", DataClass::legal, referral_bases)), line("legal_duty", DataClass::legal)});
  add("steps", Measure::m1e, "res. 20/1 1(e)",
      {needed({"entitlement", entitlement, DataClass::legal, false, {}, 80}),
       needed(one_of("outcome", DataClass::legal, step_outcomes)), on("done_on"), lines("reasons", DataClass::legal)});
  add("assignments", Measure::m4i, "SAFETY gate 4",
      {needed({"official", text, DataClass::legal, false, {}, 80}),
       needed(one_of("role", DataClass::legal, assignment_roles)), on("assigned_from"), maybe_on("assigned_to")});
  add("case-closures", Measure::m1e, "res. 20/1 1(e)",
      {on("closed_on"), needed(one_of("reason", DataClass::legal, closure_reasons)),
       lines("explanation", DataClass::legal)});
}

const Table& table() {
  static const Table acts_table;
  return acts_table;
}

}  // namespace

std::span<const Act> acts() {
  return table().acts;
}

const Act* find_act(std::string_view resource) {
  const auto found = std::ranges::find(table().acts, resource, &Act::resource);
  return found == table().acts.end() ? nullptr : &*found;
}

}  // namespace remedium::casework
