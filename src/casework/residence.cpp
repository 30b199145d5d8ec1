// Measure 4(h): permits. Nothing here can read or write the asylum record: the acts have no such field, and no line
// below asks for one.
#include "casework/decide.h"

namespace remedium::casework {

base::Status decide_residence(const State& state, const Record& record, const Context& context) {
  if (record.act().resource == "permit-applications") return {};
  const auto* application = state.last("permit-applications");
  const auto* decision = state.last("permit-decisions");
  if (application == nullptr)
    return refuse("no_application", "No application is on record.", "res. 20/1 4(h)", "Record the application first.");
  if (decision != nullptr && decision->sequence > application->sequence)
    return refuse("already_decided", "This application is decided.", "res. 20/1 4(h)",
                  "Record a new application or a review.");
  if (context.role != "competent_authority")
    return refuse("not_the_authority", "Only the competent authority decides on permits.", "res. 20/1 4(h)",
                  "Ask the authority to record its decision.");
  if (record.text("outcome") == "refused") {
    if (!record.has("reasons"))
      return refuse("reasons_needed", "A refusal needs its reasons.", "res. 20/1 4(h)", "Write why.", "reasons");
    if (!record.has("review_until"))
      return refuse("review_needed", "A refusal says until when a review can be asked for.", "res. 20/1 4(h)",
                    "Give review_until.", "review_until");
  } else if (!record.has("valid_from") || !record.has("valid_until")) {
    return refuse("validity_needed", "A permit that is granted has a first and a last day.", "res. 20/1 4(h)",
                  "Give valid_from and valid_until.", "valid_until");
  }
  return require_child_heard(state, context, "the decision on the permit");
}

}  // namespace remedium::casework
