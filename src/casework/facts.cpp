// Answering a missing fact: one fact, its source, the day it was learned. What an act owns is set by that act alone.
#include <fmt/format.h>

#include "casework/decide.h"

namespace remedium::casework {

base::Status decide_fact(const State& state, const Record& record, const Context& context) {
  if (context.law == nullptr)
    return refuse("no_law", "This case's law is not loaded.", "law/", "Tell the administrator.");
  const auto name = record.text("fact");
  if (is_owned_fact(name)) {
    return refuse("owned_fact", "This fact is set by an act, not by an answer.", "DESIGN: Cases",
                  "Record the first contact or the identification decision.", "fact");
  }
  if (name == "asylum.applied" && context.role == "competent_authority") {
    return refuse("asylum_firewall", "Who decides on permits neither reads nor writes the asylum record.",
                  "res. 20/1 4(h)", "Leave it to the person's own adviser.", "fact");
  }
  auto facts = facts_of(state, context.law->schema());
  if (auto set = law::set_fact(context.law->schema(), facts, name, record.text("value")); !set) {
    auto error = set.error();
    error.field = error.code == "unknown_fact" ? "fact" : "value";
    return std::unexpected(error);
  }
  if (auto checked = law::check_facts(context.law->schema(), facts); !checked) {
    auto error = checked.error();
    error.message = fmt::format("{} ({})", error.message, error.field);
    error.field = "value";
    return std::unexpected(error);
  }
  return {};
}

}  // namespace remedium::casework
