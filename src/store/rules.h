// What every back end holds to alike: the shape of a change, and the cursor of a page. Not for callers of the store.
#pragma once

#include <optional>
#include <string>

#include "store/store.h"

namespace remedium::store {

/// A refusal of the store's own: nothing was written.
[[nodiscard]] std::unexpected<base::Error> refuse(base::ErrorKind kind, std::string code, std::string message,
                                                  std::string rule, std::string next);

/// Refuses a change whose parts do not fit together or not on the case's `current` version (0: no such case): what the
/// tables' own constraints would stop is stopped before, so that a statement that fails means a disk that fails.
[[nodiscard]] base::Status check_change(const Change& change, std::uint64_t current);
[[nodiscard]] std::unexpected<base::Error> reference_taken();
[[nodiscard]] std::unexpected<base::Error> idempotency_replay();

/// The last row of a page: its sort value and its id. Spelt "1714560000000000.0a1b…".
struct Cursor {
  std::int64_t value = 0;
  base::CaseId id;
};
[[nodiscard]] base::Result<std::optional<Cursor>> read_cursor(const std::string& text);
[[nodiscard]] std::string spell_cursor(const Cursor& cursor);

/// Whether the query's pages go by the next due day, soonest first; the other orders go newest first.
[[nodiscard]] bool by_due(const CaseQuery& query);
[[nodiscard]] std::int64_t sort_value(const CaseQuery& query, const CaseRow& row);
/// Whether `a` stands before `b` in the query's order.
[[nodiscard]] bool before(const CaseQuery& query, const Cursor& a, const Cursor& b);
/// 1 to 200 rows a page.
[[nodiscard]] base::Status check_limit(const CaseQuery& query);
/// Sorted `rows`, of which one may stand beyond the limit, as a page.
[[nodiscard]] CasePage page_of(const CaseQuery& query, std::vector<CaseRow> rows);

}  // namespace remedium::store
