// Measure 4(b): identification with consent, stage by stage, with reasons, by the competent authority.
#include "casework/decide.h"

namespace remedium::casework {

base::Status decide_identification(const State& state, const Record& record, const Context& context) {
  const auto stage = record.text("stage");
  if (context.role != "competent_authority") {
    return refuse("not_the_authority", "Only the competent authority decides on identification.", "res. 20/1 4(b)",
                  "Ask the authority to record its decision.");
  }
  if (!state.may_be_child(context.today)) {
    const auto consent = context.law == nullptr ? std::nullopt : context.law->schema().find("consent.identification");
    const bool agreed =
        consent && context.facts != nullptr && context.facts->known(*consent) && context.facts->value(*consent) != 0;
    if (!agreed) {
      return refuse("no_consent", "The person's consent to identification is not recorded.", "res. 20/1 4(b)",
                    "Ask the person; record consent.identification, or the refusal.");
    }
  }
  if (state.stage == "conclusive" || (state.stage == "negative" && stage != "reasonable_grounds")) {
    return refuse("already_decided", "The conclusive decision is made.", "res. 20/1 4(b)",
                  "A changed decision begins again at reasonable grounds, after review.", "stage");
  }
  if (state.stage == stage)
    return refuse("already_decided", "This stage is decided.", "res. 20/1 4(b)", "Record the next stage.", "stage");
  if (stage == "conclusive" && state.stage != "reasonable_grounds") {
    return refuse("stage_order", "There is no decision on reasonable grounds yet.", "res. 20/1 4(b)",
                  "Record it first.", "stage");
  }
  if (const auto* earlier = state.last("identification-decisions");
      earlier != nullptr && record.date("decided_on") < earlier->record.date("decided_on")) {
    return base::invalid("decided_on", "facts_contradict", "This decision lies before the one it follows.",
                         "law/schema/facts.yaml", "Correct the day.");
  }
  if (stage == "negative" && !record.has("review_until")) {
    return refuse("review_needed", "A negative decision says until when a review can be asked for.", "res. 20/1 4(b)",
                  "Give review_until.", "review_until");
  }
  if (stage != "reasonable_grounds") return require_child_heard(state, context, "the final decision on identification");
  return {};
}

}  // namespace remedium::casework
