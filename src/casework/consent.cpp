// Consent as a ledger; and the adult who does not want to be identified.
#include "casework/decide.h"

namespace remedium::casework {

base::Status decide_consent(const State& state, const Record& record, const Context& context) {
  const bool child = state.may_be_child(context.today);
  if (record.act().resource == "identification-refusals") {
    if (child) {
      return refuse("adults_only", "A child, or a person whose age is not sure, is protected without this choice.",
                    "res. 20/1 4(b), 4(k); CRC 3", "Record the child's views instead. Nothing was erased.");
    }
    if (!record.boolean("confirmed_with_person").value_or(false)) {
      return refuse("not_confirmed", "The refusal is to be confirmed with the person: everything about them is erased.",
                    "res. 20/1 4(b); SAFETY promise 6", "Ask once more, then confirm.", "confirmed_with_person");
    }
    return {};
  }
  if (record.act().resource == "consent-withdrawals") return {};
  if (child && record.text("decided_by") != "guardian") {
    return refuse("guardian_needed", "For a child the guardian decides, with the child's own view beside it.",
                  "SAFETY gate 6; res. 20/1 4(k)", "Record the guardian's decision.", "decided_by");
  }
  if (child && !record.has("child_view")) {
    return refuse("child_view_needed", "The child's own view is missing.", "CRC 12; SAFETY gate 6",
                  "Ask the child: agrees, disagrees, or not asked with the reason.", "child_view");
  }
  if (child && record.text("child_view") == "not_asked" && !record.has("child_view_reason")) {
    return refuse("reasons_needed", "Why the child was not asked is missing.", "CRC 12", "Write why.",
                  "child_view_reason");
  }
  if (child && record.text("decided_by") == "guardian" && !state.has("guardians")) {
    return refuse("no_guardian", "No guardian is appointed.", "res. 20/1 4(l)", "Record the guardian first.",
                  "decided_by");
  }
  if (!child && record.text("decided_by") == "guardian") {
    return refuse("adult_decides", "An adult decides for themselves.", "res. 20/1 4(b)",
                  "Record the person's own decision.", "decided_by");
  }
  const auto until = record.date("valid_until");
  if (until && *until < record.date("given_on"))
    return base::invalid("valid_until", "end_before_start", "It ends before it begins.", "API schema",
                         "Correct the day.");
  return {};
}

}  // namespace remedium::casework
