// Measures 4(b), 4(i): no referral without a live consent that names recipient, purpose and classes, or a named legal
// duty.
#include "casework/decide.h"

namespace remedium::casework {

base::Status decide_referral(const State& state, const Record& record, const Context& context) {
  base::DataClasses wanted;
  for (const auto& name : record.list("data_classes")) {
    if (const auto data_class = base::parse_data_class(name)) wanted.add(*data_class);
  }
  if (wanted.has(base::DataClass::privileged))
    return refuse("privileged", "What passes between a person and the lawyer is never referred.", "res. 20/1 4(e)",
                  "Leave the class out.", "data_classes");
  if (record.text("basis") == "legal_duty") {
    if (!record.has("legal_duty"))
      return refuse("duty_needed", "The legal duty is not named.", "res. 20/1 4(b)", "Name the provision.",
                    "legal_duty");
    return {};
  }
  for (const auto& consent : state.consents) {
    const bool live = !consent.ended_on && (!consent.valid_until || *consent.valid_until >= context.today);
    if (live && consent.purpose == record.text("purpose") && consent.recipient == record.text("recipient") &&
        consent.classes.contains(wanted))
      return {};
  }
  return refuse("no_consent", "No live consent covers this recipient, purpose and these data classes.",
                "res. 20/1 4(b); SAFETY gate 6", "Ask the person and record the consent, or name the legal duty.");
}

}  // namespace remedium::casework
