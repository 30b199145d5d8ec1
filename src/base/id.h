// Strong ids: 128 bits, drawn by the caller, spelt as 26 characters of Crockford's base32 behind a prefix that says
// what they name ("case_…"). Two ids of different kinds do not compare and do not convert.
#pragma once

#include <array>
#include <compare>
#include <cstring>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "base/random.h"

namespace remedium::base {

template <class Tag>
class Id {
 public:
  static constexpr std::size_t size = 16;

  Id() = default;
  [[nodiscard]] static Id draw(Random& random) {
    Id id;
    random.fill(id.bytes_);
    return id;
  }
  [[nodiscard]] static std::optional<Id> from_bytes(ByteView bytes) {
    if (bytes.size() != size) return std::nullopt;
    Id id;
    std::memcpy(id.bytes_.data(), bytes.data(), size);
    return id;
  }
  /// The spelling that `str` gives; nullopt for any other text, another kind's prefix included.
  [[nodiscard]] static std::optional<Id> parse(std::string_view text) {
    if (!text.starts_with(Tag::prefix)) return std::nullopt;
    text.remove_prefix(Tag::prefix.size());
    if (text.size() != 26) return std::nullopt;
    const auto bytes = from_base32(text);
    if (!bytes || to_base32(*bytes) != text) return std::nullopt;
    return from_bytes(*bytes);
  }

  [[nodiscard]] std::string str() const { return std::string(Tag::prefix) + to_base32(bytes_); }
  [[nodiscard]] ByteView bytes() const { return bytes_; }
  [[nodiscard]] bool is_nil() const { return bytes_ == std::array<std::uint8_t, size>{}; }
  auto operator<=>(const Id&) const = default;

 private:
  std::array<std::uint8_t, size> bytes_{};
};

struct CaseTag {
  static constexpr std::string_view prefix = "case_";
};
struct PersonTag {
  static constexpr std::string_view prefix = "person_";
};
struct AgencyTag {
  static constexpr std::string_view prefix = "agency_";
};
struct OfficialTag {
  static constexpr std::string_view prefix = "official_";
};
struct SituationTag {
  static constexpr std::string_view prefix = "situation_";
};
struct EventTag {
  static constexpr std::string_view prefix = "event_";
};

using CaseId = Id<CaseTag>;
using PersonId = Id<PersonTag>;
using AgencyId = Id<AgencyTag>;
using OfficialId = Id<OfficialTag>;
using SituationId = Id<SituationTag>;
using EventId = Id<EventTag>;

}  // namespace remedium::base

template <class Tag>
struct std::hash<remedium::base::Id<Tag>> {
  std::size_t operator()(const remedium::base::Id<Tag>& id) const noexcept {
    std::size_t value;
    std::memcpy(&value, id.bytes().data(), sizeof value);
    return value;
  }
};
