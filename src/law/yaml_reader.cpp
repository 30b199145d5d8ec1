#include "law/yaml_reader.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <yaml-cpp/eventhandler.h>

#include <sstream>

namespace remedium::law {

namespace {

/// Refuses what makes one text two documents, or a small text a huge one.
class Guard : public YAML::EventHandler {
 public:
  void OnDocumentStart(const YAML::Mark&) override {}
  void OnDocumentEnd() override {}
  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override { value(mark, anchor, nullptr); }
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t) override {
    fault(mark, "alias", "An alias stands here.", "Write the value out.");
  }
  void OnScalar(const YAML::Mark& mark, const std::string&, YAML::anchor_t anchor, const std::string& text) override {
    value(mark, anchor, &text);
  }
  void OnSequenceStart(const YAML::Mark& mark, const std::string&, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value) override {
    value(mark, anchor, nullptr);
    open(mark, false);
  }
  void OnSequenceEnd() override { levels_.pop_back(); }
  void OnMapStart(const YAML::Mark& mark, const std::string&, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value) override {
    value(mark, anchor, nullptr);
    open(mark, true);
  }
  void OnMapEnd() override { levels_.pop_back(); }
  [[nodiscard]] bool sound() const { return sound_; }
  [[nodiscard]] const std::vector<Problem>& problems() const { return problems_; }

 private:
  struct Level {
    bool is_map;
    bool key_next = true;
    std::set<std::string> keys;
  };
  void value(const YAML::Mark& mark, YAML::anchor_t anchor, const std::string* scalar) {
    if (anchor != 0) fault(mark, "anchor", "An anchor stands here.", "Write the value out where it is used.");
    if (levels_.empty() || !levels_.back().is_map) return;
    auto& level = levels_.back();
    if (level.key_next && scalar != nullptr && !level.keys.insert(*scalar).second) {
      fault(mark, "repeated_key", fmt::format("The key '{}' stands twice.", *scalar), "Keep one.");
    }
    level.key_next = !level.key_next;
  }
  void open(const YAML::Mark& mark, bool is_map) {
    levels_.push_back({.is_map = is_map, .keys = {}});
    if (levels_.size() > 40) {
      fault(mark, "too_deep", "This nests deeper than 40 levels.", "Flatten it.");
      throw YAML::Exception(mark, "too deep");
    }
  }
  void fault(const YAML::Mark& mark, std::string code, std::string message, std::string next) {
    sound_ = false;
    problems_.push_back({.file = {},
                         .line = mark.line + 1,
                         .code = std::move(code),
                         .message = std::move(message),
                         .next = std::move(next)});
  }

  std::vector<Problem> problems_;
  std::vector<Level> levels_;
  bool sound_ = true;
};

}  // namespace

void Faults::add(const YAML::Node& node, std::string code, std::string message, std::string next) {
  const int line = node.IsDefined() ? node.Mark().line + 1 : 0;
  add_at(line, std::move(code), std::move(message), std::move(next));
}

void Faults::add_at(int line, std::string code, std::string message, std::string next) {
  problems_.push_back({file_, line, std::move(code), std::move(message), std::move(next)});
}

std::optional<YAML::Node> load_yaml(std::string_view text, Faults& faults) {
  if (text.size() > (std::size_t{4} << 20U)) {
    faults.add_at(0, "too_large", "The file is larger than 4 MiB.", "Split it.");
    return std::nullopt;
  }
  Guard guard;
  try {
    std::istringstream guarded{std::string(text)};
    YAML::Parser parser(guarded);
    if (!parser.HandleNextDocument(guard)) {
      faults.add_at(0, "bad_yaml", "The file is empty.", "Write it.");
      return std::nullopt;
    }
    if (guard.sound() && parser.HandleNextDocument(guard)) {
      faults.add_at(0, "several_documents", "The file holds more than one document.", "Keep one; remove '---'.");
      return std::nullopt;
    }
    if (guard.sound()) return YAML::Load(std::string(text));
  } catch (const YAML::Exception& error) {
    if (guard.sound()) {
      faults.add_at(error.mark.line + 1, "bad_yaml", fmt::format("This is not YAML: {}.", error.msg),
                    "Correct the file.");
    }
  }
  for (const auto& problem : guard.problems()) faults.add_at(problem.line, problem.code, problem.message, problem.next);
  return std::nullopt;
}

MapReader::MapReader(YAML::Node node, std::string what, Faults& faults)
    : node_(std::move(node)), what_(std::move(what)), faults_(faults) {
  if (!node_.IsDefined() || !node_.IsMap()) {
    faults_.add(node_, "wrong_type", fmt::format("{} must be a mapping.", what_), "Write 'key: value' lines.");
    ok_ = false;
  }
}

YAML::Node MapReader::get(std::string_view key) {
  asked_.emplace(key);
  if (!ok_) return YAML::Node(YAML::NodeType::Undefined);
  const YAML::Node& constant = node_;
  const auto value = constant[std::string(key)];
  return is_absent(value) ? YAML::Node(YAML::NodeType::Undefined) : value;
}

bool MapReader::has(std::string_view key) {
  return get(key).IsDefined();
}

YAML::Node MapReader::require(std::string_view key) {
  auto value = get(key);
  if (!value.IsDefined() && ok_) {
    const bool citation =
        key == "provision" || key == "provisions" || key == "research" || key == "cite" || key == "instrument";
    faults_.add(node_, citation ? "missing_citation" : "missing_key", fmt::format("{} has no '{}'.", what_, key),
                citation ? "Cite the provision it rests on." : "Add it.");
  }
  return value;
}

std::string MapReader::text(std::string_view key, std::string otherwise) {
  const auto value = get(key);
  if (!value.IsDefined()) return otherwise;
  if (!value.IsScalar()) {
    faults_.add(value, "wrong_type", fmt::format("'{}' of {} must be text.", key, what_), "Write one value.");
    return otherwise;
  }
  return value.Scalar();
}

std::string MapReader::required_text(std::string_view key) {
  const auto value = require(key);
  return value.IsDefined() ? text(key) : std::string();
}

bool MapReader::boolean(std::string_view key, bool otherwise) {
  const auto value = text(key);
  if (value.empty()) return otherwise;
  if (value == "true") return true;
  if (value != "false")
    faults_.add(get(key), "wrong_type", fmt::format("'{}' of {} must be true or false.", key, what_),
                "Write true or false.");
  return false;
}

std::vector<std::string> MapReader::texts(std::string_view key) {
  std::vector<std::string> result;
  const auto value = get(key);
  if (!value.IsDefined()) return result;
  if (!value.IsSequence()) {
    faults_.add(value, "wrong_type", fmt::format("'{}' of {} must be a list.", key, what_),
                "Write it in square brackets.");
    return result;
  }
  for (const auto& item : value) {
    if (item.IsScalar()) {
      result.push_back(item.Scalar());
    } else {
      faults_.add(item, "wrong_type", fmt::format("An item of '{}' of {} must be text.", key, what_),
                  "Write one value.");
    }
  }
  return result;
}

void MapReader::bad_code(std::string_view key, std::string_view value, std::span<const std::string_view> codes) {
  faults_.add(get(key), "bad_code", fmt::format("'{}' of {} is '{}', which is not a code.", key, what_, value),
              fmt::format("Use one of: {}.", fmt::join(codes, ", ")));
}

void MapReader::finish() {
  if (!ok_) return;
  for (const auto& item : node_) {
    if (!item.first.IsScalar() || !asked_.contains(item.first.Scalar())) {
      faults_.add(item.first, "unknown_key",
                  fmt::format("{} has no key '{}'.", what_, item.first.IsScalar() ? item.first.Scalar() : "?"),
                  "Remove it, or correct its name.");
    }
  }
}

}  // namespace remedium::law
