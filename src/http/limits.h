// How often one key (an account, a network) may do something: token buckets in bounded memory. Asks no clock.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace remedium::http {

/// `burst` at once, then one each `interval_us`.
struct Rate {
  std::uint32_t burst = 10;
  std::int64_t interval_us = 1'000'000;
};

/// Thread-safe. Memory is `keys` × 16 bytes whatever comes. A new key takes the place of the one, of eight, that is
/// nearest to a full bucket, so that a flood of new keys wipes out those that had little to lose first.
class RateLimiter {
 public:
  /// `seed` keeps others from choosing keys that share a place: draw it.
  RateLimiter(Rate rate, std::size_t keys, std::uint64_t seed);

  /// Takes one token; or the seconds (at least 1) until there is one, and takes none. `now_us` is Clock::monotonic_us;
  /// one that steps back counts as no time passed.
  [[nodiscard]] std::optional<std::int64_t> take(std::string_view key, std::int64_t now_us);
  /// As `take`, taking nothing: to ask before an expensive check whose failure alone counts.
  [[nodiscard]] std::optional<std::int64_t> would_wait(std::string_view key, std::int64_t now_us) const;
  /// Gives the bucket back full (a sign-in that succeeded).
  void forgive(std::string_view key);

 private:
  struct Slot {
    std::uint64_t key = 0;        ///< 0: free
    std::int64_t full_at_us = 0;  ///< when the bucket is full again (GCRA's theoretical arrival time)
  };
  static constexpr std::size_t ways = 8;
  [[nodiscard]] std::uint64_t hash(std::string_view key) const;
  [[nodiscard]] std::optional<std::int64_t> wait(std::int64_t full_at_us, std::int64_t now_us) const;
  [[nodiscard]] Slot* set_of(std::uint64_t hash);

  Rate rate_;
  std::uint64_t seed_;
  mutable std::mutex mutex_;
  std::vector<Slot> slots_;
};

/// What an address counts as: itself for IPv4, its /64 for IPv6 (one customer has at least that many addresses).
[[nodiscard]] std::string network_of(std::string_view address);

}  // namespace remedium::http
