#include "store/rules.h"

#include <fmt/format.h>

#include <charconv>

namespace remedium::store {

using base::ErrorKind;

std::unexpected<base::Error> refuse(ErrorKind kind, std::string code, std::string message, std::string rule,
                                    std::string next) {
  return base::fail({kind, std::move(code), std::move(message), std::move(rule), std::move(next), ""});
}

base::Status check_change(const Change& change, std::uint64_t current) {
  const auto misshapen = [](std::string message) {
    return refuse(ErrorKind::internal, "misshapen_change", std::move(message), "store.h: Change", "Report this.");
  };
  if (!change.case_id) {
    if (!change.events.empty() || change.row) return misshapen("A change with events or a row names no case.");
    return {};
  }
  if (current != change.based_on) {
    return refuse(ErrorKind::conflict, "version_conflict",
                  fmt::format("The case is at version {}, not {}.", current, change.based_on), "API: If-Match",
                  fmt::format("Read version {} and decide anew.", current));
  }
  auto version = current;
  for (const auto& event : change.events) {
    if (event.case_id != *change.case_id || event.sequence != ++version)
      return misshapen("A change's events do not follow on the case's last one.");
  }
  if (change.row && (change.row->id != *change.case_id || change.row->version != version))
    return misshapen("A change's row is not of its last event.");
  return {};
}

std::unexpected<base::Error> reference_taken() {
  return refuse(ErrorKind::conflict, "reference_taken", "Another case has this reference.", "store.h: CaseRow",
                "Draw another id and try again.");
}

std::unexpected<base::Error> idempotency_replay() {
  return refuse(ErrorKind::conflict, "idempotency_replay", "This write was already done.", "API: Idempotency-Key",
                "Read its answer.");
}

base::Result<std::optional<Cursor>> read_cursor(const std::string& text) {
  if (text.empty()) return std::optional<Cursor>{};
  const auto wrong = [] {
    return base::invalid("cursor", "bad_cursor", "This is not a page's cursor.", "API: pages",
                         "Take it from the page before, or leave it out.");
  };
  const auto point = text.find('.');
  if (point == std::string::npos) return wrong();
  Cursor cursor;
  const auto [end, error] = std::from_chars(text.data(), text.data() + point, cursor.value);
  const auto bytes = base::from_hex(std::string_view(text).substr(point + 1));
  const auto id = bytes ? base::CaseId::from_bytes(*bytes) : std::nullopt;
  if (error != std::errc{} || end != text.data() + point || !id) return wrong();
  cursor.id = *id;
  return std::optional(cursor);
}

std::string spell_cursor(const Cursor& cursor) {
  return fmt::format("{}.{}", cursor.value, base::to_hex(cursor.id.bytes()));
}

bool by_due(const CaseQuery& query) {
  return query.order == CaseQuery::Order::next_due || query.due_before;
}

std::int64_t sort_value(const CaseQuery& query, const CaseRow& row) {
  if (by_due(query)) return row.next_due ? row.next_due->days_since_epoch() : 0;
  return query.order == CaseQuery::Order::opened ? row.opened_on.days_since_epoch() : row.updated_at.microseconds;
}

bool before(const CaseQuery& query, const Cursor& a, const Cursor& b) {
  if (a.value != b.value) return by_due(query) ? a.value < b.value : a.value > b.value;
  return a.id < b.id;
}

base::Status check_limit(const CaseQuery& query) {
  if (query.limit >= 1 && query.limit <= 200) return {};
  return base::invalid("limit", "bad_limit", "A page has 1 to 200 rows.", "API: pages", "Correct the limit.");
}

CasePage page_of(const CaseQuery& query, std::vector<CaseRow> rows) {
  CasePage page;
  page.rows = std::move(rows);
  if (page.rows.size() > query.limit) {
    page.rows.resize(query.limit);
    page.next_cursor = spell_cursor({sort_value(query, page.rows.back()), page.rows.back().id});
  }
  return page;
}

}  // namespace remedium::store
