// The chain: right → ground in law → entitlement → step → deadline → award → payment; and the remedy gap, what is owed
// on this day less what was delivered.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "casework/state.h"
#include "law/law.h"

namespace remedium::casework {

enum class Progress : std::uint8_t {
  none,
  due,
  late,
  delivered,
  partly_delivered,
  declined,
  refused,
  failed,
  in_progress,
  not_due
};
[[nodiscard]] std::string_view code(Progress progress);

struct Link {
  std::size_t entitlement = 0;  ///< index in the law's entitlements
  law::Outcome outcome;
  Progress progress = Progress::none;
  std::optional<base::Date> due;
  std::optional<base::Date> delivered_on;
  std::uint64_t delivered_by = 0;  ///< sequence of the act
  std::optional<base::Money> awarded;
  std::optional<base::Money> paid;
  bool counts = false;                ///< in the gap: entitled, a must, due by the day
  std::vector<std::size_t> baseline;  ///< baseline entitlements that this one carries out
};

struct Gap {
  int owed = 0;
  int delivered = 0;
  int late = 0;
  int unknown = 0;
  [[nodiscard]] int open() const { return owed - delivered; }
};

struct Chain {
  std::vector<Link> links;
  Gap gap;
  std::array<Gap, base::measure_codes.size()> by_measure{};
  std::array<Gap, base::component_codes.size()> by_component{};
  std::vector<base::Money> outstanding;  ///< awarded and not paid, one a currency
  std::optional<base::Date> next_due;
};

[[nodiscard]] Chain chain(const State& state, const law::LawSet& law, std::span<const law::Outcome> outcomes,
                          base::Date on);

}  // namespace remedium::casework
