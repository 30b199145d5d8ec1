#include "casework/decide.h"

#include <fmt/format.h>

#include <algorithm>

namespace remedium::casework {

namespace {

using base::Date;

/// Days recorded lie between the birth of the person and today; plans ahead have fields of their own.
base::Status check_days(const State& state, const Record& record, const Context& context) {
  static constexpr std::string_view may_lie_ahead[] = {"valid_from",  "valid_until",     "review_until",
                                                       "review_on",   "appeal_until",    "assigned_from",
                                                       "assigned_to", "first_meeting_on"};
  const auto& fields = record.act().fields;
  for (std::size_t i = 0; i < fields.size(); ++i) {
    const auto* day = std::get_if<Date>(&record[i]);
    if (day == nullptr) continue;
    const bool ahead = std::ranges::find(may_lie_ahead, fields[i].name) != std::end(may_lie_ahead);
    if (*day > context.today && !ahead) {
      return base::invalid(std::string(fields[i].name), "day_in_future",
                           fmt::format("{} lies after today, {}.", day->str(), context.today.str()), "API schema",
                           "Record what has happened; correct the day.");
    }
  }
  const auto opened = state.opened_on();
  if (opened && record.act().resource != "facts" && !fields.empty()) {
    for (std::size_t i = 0; i < fields.size(); ++i) {
      const auto* day = std::get_if<Date>(&record[i]);
      if (day != nullptr && fields[i].required && *day < *opened && record.act().resource != "guardians" &&
          record.act().resource != "first-contacts") {
        return base::invalid(std::string(fields[i].name), "before_first_contact",
                             fmt::format("{} lies before the first contact, {}.", day->str(), opened->str()),
                             "API schema", "Correct the day.");
      }
    }
  }
  return {};
}

base::Status check_pair(const Record& record, std::string_view from, std::string_view to) {
  const auto& fields = record.act().fields;
  if (std::ranges::find(fields, from, &Field::name) == fields.end() ||
      std::ranges::find(fields, to, &Field::name) == fields.end())
    return {};
  const auto start = record.date(from);
  const auto end = record.date(to);
  if (!start || !end || *start <= *end) return {};
  return base::invalid(std::string(to), "end_before_start", fmt::format("{} lies before {}.", end->str(), start->str()),
                       "API schema", "Correct the one or the other.");
}

base::Status decide_first_contact(const State& state, const Record& record, const Context&) {
  if (!state.acts.empty())
    return refuse("already_open", "This case has its first contact.", "DESIGN: Cases", "Record a fact or another act.");
  const auto birth = record.date("birth_date");
  const auto received = record.date("received_on");
  if (birth && received && *birth > *received) {
    return base::invalid("birth_date", "facts_contradict", "A person is not born after the first contact.",
                         "law/schema/facts.yaml", "Correct the one or the other.");
  }
  if (birth && received && record.text("age_statement") == "adult" &&
      *received < base::add(*birth, {18, base::Unit::years})) {
    return base::invalid("age_statement", "facts_contradict",
                         "By this date of birth the person is under 18, not an adult.", "CRC 1",
                         "Say child, or not sure; or correct the date of birth.");
  }
  if (record.boolean("interpreter_needed").value_or(false) && !record.has("interpreter_language")) {
    return base::invalid("interpreter_language", "missing", "An interpreter is needed, but no language is given.",
                         "res. 20/1 4(c)", "Give the language.");
  }
  const auto channel = record.text("safe_contact_channel");
  for (const auto& never : record.list("never_contact_by")) {
    if (never == channel) {
      return base::invalid("safe_contact_channel", "unsafe_channel",
                           "The safe channel is also among those never to use.", "res. 20/1 4(f)",
                           "Ask the person which is safe.");
    }
  }
  return {};
}

}  // namespace

std::unexpected<base::Error> refuse(std::string code, std::string message, std::string rule, std::string next,
                                    std::string field) {
  return base::fail({base::ErrorKind::refused, std::move(code), std::move(message), std::move(rule), std::move(next),
                     std::move(field)});
}

base::Status decide(const State& state, const Record& record, const Context& context) {
  const auto resource = record.act().resource;
  if (state.erased) return refuse("erased", "This case was erased.", "SAFETY promise 6", "Nothing can be recorded.");
  // Consent can be withdrawn for as long as anything can be read (SAFETY promise 3).
  if (state.closed && resource != "consent-withdrawals")
    return refuse("closed", "This case is closed.", "res. 20/1 1(e)",
                  "Open a new case, or ask the responsible agency.");
  if (!record.act().opens_case && state.acts.empty())
    return refuse("not_open", "This case has no first contact.", "DESIGN: Cases", "Record the first contact.");
  TRY_STATUS(check_days(state, record, context));
  TRY_STATUS(check_pair(record, "valid_from", "valid_until"));
  TRY_STATUS(check_pair(record, "assigned_from", "assigned_to"));
  TRY_STATUS(check_pair(record, "decided_on", "review_until"));
  TRY_STATUS(check_pair(record, "appointed_on", "first_meeting_on"));
  if (record.act().about_child && !state.may_be_child(context.today)) {
    return refuse("not_a_child", "This act is for a child, or where the age is not sure.",
                  std::string(record.act().rule), "Correct the age, or record another act.");
  }
  if (resource == "first-contacts") return decide_first_contact(state, record, context);
  if (resource == "facts") return decide_fact(state, record, context);
  if (resource == "consents" || resource == "consent-withdrawals" || resource == "identification-refusals")
    return decide_consent(state, record, context);
  if (resource == "identification-decisions") return decide_identification(state, record, context);
  if (resource == "recovery-periods" || resource == "recovery-period-ends")
    return decide_recovery(state, record, context);
  if (resource == "permit-applications" || resource == "permit-decisions")
    return decide_residence(state, record, context);
  if (resource == "claims" || resource == "awards" || resource == "payments")
    return decide_compensation(state, record, context);
  if (resource == "referrals") return decide_referral(state, record, context);
  if (resource == "steps") {
    if (context.law == nullptr || !context.law->find(record.text("entitlement"))) {
      return base::invalid("entitlement", "unknown_entitlement", "The law of this case has no such entitlement.",
                           "law/", "Take the id from the chain.");
    }
    if (record.text("outcome") != "delivered" && !record.has("reasons")) {
      return refuse("reasons_needed", "A step that was not delivered needs its reasons.", "res. 20/1 1(e)",
                    "Write why.", "reasons");
    }
  }
  if (resource == "protective-measures" && record.text("outcome") == "refused" && !record.has("reasons")) {
    return refuse("reasons_needed", "A refusal needs its reasons.", "res. 20/1 4(f)", "Write why.", "reasons");
  }
  if (resource == "case-closures") TRY_STATUS(require_child_heard(state, context, "closing the case"));
  return {};
}

}  // namespace remedium::casework
