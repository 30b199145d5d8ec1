// A pack's own tests: given these facts, on this day, then.

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "law/internal.h"
#include "law/yaml_reader.h"

namespace remedium::law {

namespace {

class TableRunner {
 public:
  TableRunner(const LawSet& law, std::vector<std::string>& failures) : law_(law), failures_(failures) {}

  base::Status run(const YAML::Node& test) {
    name_ = test["name"] ? test["name"].as<std::string>() : "unnamed";
    for (const auto& item : test) {
      const auto& key = item.first.Scalar();
      if (key != "name" && key != "on" && key != "facts" && key != "expect")
        return bad(fmt::format("has an unknown key '{}'", key));
    }
    const auto on = base::Date::parse(test["on"].as<std::string>(""));
    if (!on) return bad("has no day 'on'");
    Facts facts;
    for (const auto& item : test["facts"]) {
      std::string text;
      if (item.second.IsSequence()) {
        for (const auto& part : item.second) text += (text.empty() ? "" : ",") + part.Scalar();
      } else {
        text = item.second.Scalar();
      }
      const auto set = set_fact(law_.schema(), facts, item.first.Scalar(), text);
      if (!set) return bad(fmt::format("has a bad fact {}: {}", item.first.Scalar(), set.error().message));
    }
    if (const auto sound = check_facts(law_.schema(), facts); !sound)
      return bad("has facts that contradict: " + sound.error().message);
    std::vector<Outcome> outcomes(law_.entitlements().size());
    law_.decide(facts, *on, outcomes);
    if (!test["expect"] || !test["expect"].IsMap() || test["expect"].size() == 0) return bad("expects nothing");
    for (const auto& item : test["expect"]) {
      const auto index = law_.find(item.first.Scalar());
      if (!index) return bad(fmt::format("names '{}', which this law does not have", item.first.Scalar()));
      check(item.first.Scalar(), *index, outcomes[*index], item.second, facts, *on);
    }
    return {};
  }

 private:
  base::Status bad(std::string what) {
    return base::invalid("", "bad_test", fmt::format("Test '{}' {}.", name_, what), "law/schema/README.md, Tests",
                         "Correct the test.");
  }

  void expect_equal(const std::string& id, std::string_view what, const std::string& expected,
                    const std::string& actual) {
    if (expected != actual)
      failures_.push_back(fmt::format("{}: {}: {} should be {}, is {}", name_, id, what, expected, actual));
  }

  void check(const std::string& id, std::size_t index, const Outcome& outcome, const YAML::Node& expected,
             const Facts& facts, base::Date on) {
    const auto text = [](const std::optional<base::Date>& date) {
      return date ? date->str() : std::string("not known");
    };
    if (expected.IsScalar()) {
      expect_equal(id, "status", expected.Scalar(), std::string(status_code(outcome)));
      return;
    }
    for (const auto& item : expected) {
      const auto key = item.first.Scalar();
      if (key == "status")
        expect_equal(id, key, item.second.Scalar(), std::string(status_code(outcome)));
      else if (key == "running")
        expect_equal(id, key, item.second.Scalar(), std::string(code(outcome.running)));
      else if (key == "law_status")
        expect_equal(id, key, item.second.Scalar(),
                     std::string(outcome.no_law_on_day ? "no_law_on_day" : code(outcome.law_status)));
      else if (key == "start")
        expect_equal(id, key, item.second.Scalar(), text(outcome.start.date()));
      else if (key == "end")
        expect_equal(id, key, item.second.Scalar(), text(outcome.end.date()));
      else if (key == "due")
        expect_equal(id, key, item.second.Scalar(), text(outcome.due.date()));
      else if (key == "not_before")
        expect_equal(id, key, item.second.Scalar(),
                     outcome.end.exact() ? "known exactly" : text(outcome.end.not_before()));
      else if (key == "conflict")
        expect_equal(id, key, item.second.Scalar(), outcome.conflict ? "true" : "false");
      else if (key == "missing")
        check_missing(id, index, item.second, facts, on);
      else if (key == "criterion")
        check_criteria(id, index, item.second, facts, on);
      else
        failures_.push_back(fmt::format("{}: {}: there is nothing called '{}' to expect", name_, id, key));
    }
  }

  void check_missing(const std::string& id, std::size_t index, const YAML::Node& expected, const Facts& facts,
                     base::Date on) {
    const auto explanation = law_.explain(index, facts, on);
    for (const auto& item : expected) {
      const bool asked = std::ranges::any_of(explanation.missing,
                                             [&](FactId fact) { return law_.schema()[fact].name == item.Scalar(); });
      if (!asked)
        failures_.push_back(fmt::format("{}: {}: '{}' is not among the facts asked for", name_, id, item.Scalar()));
    }
  }

  void check_criteria(const std::string& id, std::size_t index, const YAML::Node& expected, const Facts& facts,
                      base::Date on) {
    const auto explanation = law_.explain(index, facts, on);
    for (const auto& item : expected) {
      const auto found = std::ranges::find_if(explanation.root.children, [&](const Reason& reason) {
        return reason.kind == "criterion" && reason.label == item.first.Scalar();
      });
      if (found == explanation.root.children.end()) {
        failures_.push_back(fmt::format("{}: {}: there is no criterion '{}'", name_, id, item.first.Scalar()));
        continue;
      }
      const std::string actual = found->value == Truth::yes ? "met" : found->value == Truth::no ? "unmet" : "unknown";
      expect_equal(id, item.first.Scalar(), item.second.Scalar(), actual);
    }
  }

  const LawSet& law_;
  std::vector<std::string>& failures_;
  std::string name_;
};

}  // namespace

base::Result<std::vector<std::string>> run_tests(const LawSet& law, std::string_view yaml, std::string_view file_name,
                                                 int* run) {
  Faults faults{std::string(file_name)};
  const auto document = load_yaml(yaml, faults);
  if (!document) {
    const auto& first = faults.all().front();
    return base::invalid("", first.code, fmt::format("{}:{}: {}", first.file, first.line, first.message),
                         "law/schema/README.md, Tests", first.next);
  }
  std::vector<std::string> failures;
  TableRunner runner(law, failures);
  int count = 0;
  try {
    for (const auto& test : *document) {
      TRY_STATUS(runner.run(test));
      ++count;
    }
  } catch (const YAML::Exception& error) {
    return base::invalid("", "bad_test", fmt::format("{}:{}: {}", file_name, error.mark.line + 1, error.msg),
                         "law/schema/README.md, Tests", "Correct the test.");
  }
  if (run != nullptr) *run = count;
  return failures;
}

}  // namespace remedium::law
