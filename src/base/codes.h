// The code lists every folder shares: measures of resolution 20/1, components of a remedy, classes of personal data.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

namespace remedium::base {

/// A paragraph of Human Rights Council resolution 20/1 that asks someone to do something.
enum class Measure : std::uint8_t {
  m1a,
  m1b,
  m1c,
  m1d,
  m1e,
  m2,
  m3,
  m4a,
  m4b,
  m4c,
  m4d,
  m4e,
  m4f,
  m4g,
  m4h,
  m4i,
  m4j,
  m4k,
  m4l,
  m5,
  m6,
  m7,
  m8,
  m9,
  m10,
  m11,
  m12,
  m13,
  m14
};
inline constexpr std::array<std::string_view, 29> measure_codes = {
    "1(a)", "1(b)", "1(c)", "1(d)", "1(e)", "2", "3", "4(a)", "4(b)", "4(c)", "4(d)", "4(e)", "4(f)", "4(g)", "4(h)",
    "4(i)", "4(j)", "4(k)", "4(l)", "5",    "6", "7", "8",    "9",    "10",   "11",   "12",   "13",   "14"};

/// What a remedy is made of (res. 20/1, preamble), and `procedural` for the rights by which one gets there.
enum class Component : std::uint8_t {
  restitution,
  rehabilitation,
  compensation,
  satisfaction,
  non_repetition,
  procedural
};
inline constexpr std::array<std::string_view, 6> component_codes = {"restitution",  "rehabilitation", "compensation",
                                                                    "satisfaction", "non_repetition", "procedural"};

/// The classes of personal data that consent and access speak of (SAFETY, gate 7). `privileged` is what passes between
/// a person and the lawyer: no other role can be granted it.
enum class DataClass : std::uint8_t {
  identity,
  location,
  contact,
  narrative,
  health,
  immigration,
  legal,
  money,
  privileged
};
inline constexpr std::array<std::string_view, 9> data_class_codes = {
    "identity", "location", "contact", "narrative", "health", "immigration", "legal", "money", "privileged"};

/// A set of data classes.
class DataClasses {
 public:
  constexpr DataClasses() = default;
  constexpr DataClasses(std::initializer_list<DataClass> classes) {
    for (const DataClass one : classes) add(one);
  }
  [[nodiscard]] static constexpr DataClasses all() { return from_bits((1U << data_class_codes.size()) - 1U); }
  [[nodiscard]] static constexpr DataClasses from_bits(unsigned bits) {
    DataClasses set;
    set.bits_ = static_cast<std::uint16_t>(bits);
    return set;
  }
  constexpr void add(DataClass one) { bits_ = static_cast<std::uint16_t>(bits_ | bit(one)); }
  constexpr void remove(DataClass one) { bits_ = static_cast<std::uint16_t>(bits_ & ~bit(one)); }
  [[nodiscard]] constexpr bool has(DataClass one) const { return (bits_ & bit(one)) != 0; }
  [[nodiscard]] constexpr bool contains(DataClasses other) const { return (bits_ & other.bits_) == other.bits_; }
  [[nodiscard]] constexpr bool empty() const { return bits_ == 0; }
  [[nodiscard]] constexpr unsigned bits() const { return bits_; }
  [[nodiscard]] constexpr DataClasses operator&(DataClasses other) const { return from_bits(bits_ & other.bits_); }
  [[nodiscard]] constexpr DataClasses operator|(DataClasses other) const { return from_bits(bits_ | other.bits_); }
  bool operator==(const DataClasses&) const = default;

 private:
  static constexpr unsigned bit(DataClass one) { return 1U << static_cast<unsigned>(one); }
  std::uint16_t bits_ = 0;
};

/// The enumerator whose code is `code`, in the order of `codes`.
template <class Enum, std::size_t Size>
[[nodiscard]] constexpr std::optional<Enum> enum_of(const std::array<std::string_view, Size>& codes,
                                                    std::string_view code) {
  for (std::size_t i = 0; i < Size; ++i) {
    if (codes[i] == code) return static_cast<Enum>(i);
  }
  return std::nullopt;
}

[[nodiscard]] constexpr std::string_view code(Measure measure) {
  return measure_codes[static_cast<std::size_t>(measure)];
}
[[nodiscard]] constexpr std::string_view code(Component component) {
  return component_codes[static_cast<std::size_t>(component)];
}
[[nodiscard]] constexpr std::string_view code(DataClass data_class) {
  return data_class_codes[static_cast<std::size_t>(data_class)];
}
[[nodiscard]] constexpr std::optional<Measure> parse_measure(std::string_view text) {
  return enum_of<Measure>(measure_codes, text);
}
[[nodiscard]] constexpr std::optional<Component> parse_component(std::string_view text) {
  return enum_of<Component>(component_codes, text);
}
[[nodiscard]] constexpr std::optional<DataClass> parse_data_class(std::string_view text) {
  return enum_of<DataClass>(data_class_codes, text);
}

/// Two capital letters of ISO 3166-1 alpha-2, held as a small number (0 to 675).
class Country {
 public:
  constexpr Country() = default;
  [[nodiscard]] static constexpr std::optional<Country> parse(std::string_view text) {
    if (text.size() != 2 || text[0] < 'A' || text[0] > 'Z' || text[1] < 'A' || text[1] > 'Z') return std::nullopt;
    return Country(static_cast<std::uint16_t>((text[0] - 'A') * 26 + (text[1] - 'A')));
  }
  [[nodiscard]] static constexpr Country from_index(std::uint16_t index) { return Country(index); }
  [[nodiscard]] constexpr std::uint16_t index() const { return index_; }
  [[nodiscard]] std::string_view code() const;
  auto operator<=>(const Country&) const = default;

 private:
  constexpr explicit Country(std::uint16_t index) : index_(index) {}
  std::uint16_t index_ = 0;
};
inline constexpr std::uint16_t country_count = 26 * 26;

/// Whether ISO 3166-1 assigns the code today (249 codes; user-assigned XK is accepted for Kosovo, as the UN's lists
/// do).
[[nodiscard]] bool is_assigned(Country country);

}  // namespace remedium::base
