// Reads a YAML mapping key by key and collects every fault with its file and line. yaml-cpp's exceptions stop here.
#pragma once

#include <yaml-cpp/yaml.h>

#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "law/law.h"

namespace remedium::law {

/// Where faults are collected.
class Faults {
 public:
  explicit Faults(std::string file) : file_(std::move(file)) {}
  void add(const YAML::Node& node, std::string code, std::string message, std::string next);
  void add_at(int line, std::string code, std::string message, std::string next);
  [[nodiscard]] const std::vector<Problem>& all() const { return problems_; }
  [[nodiscard]] bool empty() const { return problems_.empty(); }

 private:
  std::string file_;
  std::vector<Problem> problems_;
};

/// The document, or one problem: not YAML, an alias or anchor, a repeated key, nested deeper than 40.
[[nodiscard]] std::optional<YAML::Node> load_yaml(std::string_view text, Faults& faults);

/// One mapping. Each key asked for is known; `finish` reports the others.
class MapReader {
 public:
  MapReader(YAML::Node node, std::string what, Faults& faults);

  [[nodiscard]] bool ok() const { return ok_; }
  [[nodiscard]] bool has(std::string_view key);
  [[nodiscard]] YAML::Node get(std::string_view key);  ///< undefined where absent or null
  [[nodiscard]] YAML::Node require(std::string_view key);
  [[nodiscard]] std::string text(std::string_view key, std::string otherwise = {});
  [[nodiscard]] std::string required_text(std::string_view key);
  [[nodiscard]] bool boolean(std::string_view key, bool otherwise);
  [[nodiscard]] std::vector<std::string> texts(std::string_view key);
  /// One of `codes`, else a fault and the first.
  template <class Enum, std::size_t Size>
  [[nodiscard]] Enum code(std::string_view key, const std::array<std::string_view, Size>& codes) {
    const auto value = required_text(key);
    if (const auto found = base::enum_of<Enum>(codes, value)) return *found;
    if (!value.empty()) bad_code(key, value, codes);
    return Enum{};
  }
  void bad_code(std::string_view key, std::string_view value, std::span<const std::string_view> codes);
  [[nodiscard]] const YAML::Node& node() const { return node_; }
  void finish();

 private:
  YAML::Node node_;
  std::string what_;
  Faults& faults_;
  bool ok_ = true;
  std::set<std::string, std::less<>> asked_;
};

[[nodiscard]] inline bool is_absent(const YAML::Node& node) {
  return !node.IsDefined() || node.IsNull();
}

}  // namespace remedium::law
