#include "ledger/entry.h"

#include "base/json.h"

namespace remedium::ledger {

std::string serialise(const Entry& entry, std::uint64_t index, base::Instant at) {
  std::string out;
  out.reserve(360);
  base::JsonWriter json(out);
  json.begin_object()
      .field("index", static_cast<std::int64_t>(index))
      .field("at", at.str())
      .field("action", entry.action);
  const auto text = [&](std::string_view key, const std::string& value) {
    if (!value.empty()) json.field(key, value);
  };
  text("official", entry.official);
  text("agency", entry.agency);
  text("role", entry.role);
  text("purpose", entry.purpose);
  text("case", entry.case_id);
  if (!entry.classes.empty()) {
    json.key("classes").begin_array();
    for (std::size_t i = 0; i < base::data_class_codes.size(); ++i) {
      if (entry.classes.has(static_cast<base::DataClass>(i))) json.string(base::data_class_codes[i]);
    }
    json.end_array();
  }
  if (entry.sequence != 0) json.field("sequence", static_cast<std::int64_t>(entry.sequence));
  text("reason", entry.reason);
  text("digest", entry.digest);
  if (entry.count != 0) json.field("count", static_cast<std::int64_t>(entry.count));
  json.end_object();
  return out;
}

}  // namespace remedium::ledger
