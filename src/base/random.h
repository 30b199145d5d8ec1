// Where random bytes come from is the caller's to say: the operating system in the program, a seed in tests and the
// demo.
#pragma once

#include <cstdint>
#include <span>

namespace remedium::base {

class Random {
 public:
  virtual ~Random() = default;
  /// Fills `bytes`. Cannot fail: an implementation that cannot draw ends the process.
  virtual void fill(std::span<std::uint8_t> bytes) = 0;
};

/// splitmix64 (Steele, Lea, Flood 2014): repeatable, for the demo and for tests. Never for keys.
class SeededRandom final : public Random {
 public:
  explicit SeededRandom(std::uint64_t seed) : state_(seed) {}
  void fill(std::span<std::uint8_t> bytes) override {
    for (auto& byte : bytes) byte = static_cast<std::uint8_t>(next() >> 56U);
  }
  [[nodiscard]] std::uint64_t next() {
    state_ += 0x9e3779b97f4a7c15ULL;
    std::uint64_t z = state_;
    z = (z ^ (z >> 30U)) * 0xbf58476d1ce4e5b9ULL;
    z = (z ^ (z >> 27U)) * 0x94d049bb133111ebULL;
    return z ^ (z >> 31U);
  }
  /// A number from 0 to below `bound` (> 0); the bias is below 2^-32 for bounds under 2^32.
  [[nodiscard]] std::uint64_t below(std::uint64_t bound) { return next() % bound; }

 private:
  std::uint64_t state_;
};

}  // namespace remedium::base
