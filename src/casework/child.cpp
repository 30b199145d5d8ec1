// Measure 4(k): best interests assessed and views heard before a decision on a child (CRC 3(1), 12).
#include <fmt/format.h>

#include "casework/decide.h"

namespace remedium::casework {

base::Status require_child_heard(const State& state, const Context& context, std::string_view decision) {
  if (!state.may_be_child(context.today)) return {};
  if (!state.has("best-interests-assessments")) {
    return refuse("best_interests_missing", fmt::format("No best-interests assessment stands before {}.", decision),
                  "CRC 3(1); res. 20/1 4(k)", "Record the assessment first. Not sure of age is a child.");
  }
  if (!state.has("views-heard")) {
    return refuse("child_not_heard", fmt::format("The child's views were not heard before {}.", decision),
                  "CRC 12; res. 20/1 4(k)",
                  "Hear the child, and record how, the weight given and why. Not sure of age is a child.");
  }
  return {};
}

}  // namespace remedium::casework
