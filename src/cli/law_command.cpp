// remedium law list | show | check | decide

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <sstream>

#include "base/json.h"
#include "cli/commands.h"
#include "law/law.h"

namespace remedium::cli {

namespace {

namespace fs = std::filesystem;

std::optional<std::string> read_all(const std::string& path) {
  std::stringstream text;
  if (path == "-") {
    text << std::cin.rdbuf();
    return text.str();
  }
  std::ifstream file(path, std::ios::binary);
  if (!file) return std::nullopt;
  text << file.rdbuf();
  return text.str();
}

struct Loaded {
  law::FactSchema schema;
  std::vector<law::PackSource> packs;
  std::vector<app::LawFile> files;
};

base::Result<Loaded> load(const std::string& folder) {
  Loaded loaded;
  TRY(loaded.files, law_files(folder));
  for (const auto& file : loaded.files) {
    if (file.path == "schema/facts.yaml") {
      TRY(loaded.schema, law::FactSchema::parse(file.text, file.path));
    } else if (file.path.ends_with("/pack.yaml")) {
      loaded.packs.push_back({file.path, file.text});
    }
  }
  return loaded;
}

std::string name_of(const law::PackSource& pack) {
  return pack.file_name.substr(0, pack.file_name.find('/'));
}

int list(const std::string& folder, bool as_json) {
  const auto loaded = load(folder);
  if (!loaded) return say(loaded.error(), as_json);
  std::string out;
  base::JsonWriter json(out);
  json.begin_array();
  for (const auto& pack : loaded->packs) {
    const auto compiled = law::LawSet::compile(loaded->schema, loaded->packs, name_of(pack));
    if (!compiled) return say(compiled.error(), as_json);
    const auto national = std::ranges::count_if(compiled->entitlements(),
                                                [&](const auto& info) { return info.pack == compiled->pack(); });
    if (as_json)
      json.begin_object()
          .field("pack", compiled->pack())
          .field("title", compiled->title())
          .field("entitlements", static_cast<std::int64_t>(national))
          .field("reviewed", compiled->reviewed())
          .end_object();
    else
      fmt::print("{:4} {:60} {:3} entitlements{}\n", compiled->pack(), compiled->title(), national,
                 compiled->reviewed() ? "" : "  not reviewed by a lawyer");
  }
  json.end_array();
  if (as_json) fmt::print("{}\n", out);
  return 0;
}

int show(const std::string& folder, const std::string& pack, bool as_json) {
  const auto loaded = load(folder);
  if (!loaded) return say(loaded.error(), as_json);
  const auto compiled = law::LawSet::compile(loaded->schema, loaded->packs, pack);
  if (!compiled) return say(compiled.error(), as_json);
  for (const auto& info : compiled->entitlements()) {
    if (info.pack != pack) continue;
    std::string cites;
    for (const auto id : info.provisions)
      cites += (cites.empty() ? "" : "; ") + compiled->provision(id).instrument + " " + compiled->provision(id).cite;
    fmt::print("{:34} {:5} {:14} {}\n{:34} {} [{}]\n", info.id, base::code(info.measure), law::code(info.force),
               info.title, "", cites, law::code(info.weakest));
  }
  return 0;
}

int check(const std::string& folder, bool as_json) {
  const auto loaded = load(folder);
  if (!loaded) return say(loaded.error(), as_json);
  int wrong = 0;
  int tests = 0;
  for (const auto& pack : loaded->packs) {
    std::vector<law::Problem> problems;
    const auto compiled = law::LawSet::compile(loaded->schema, loaded->packs, name_of(pack), &problems);
    for (const auto& problem : problems) {
      fmt::print("{}:{}: {}: {} {}\n", problem.file, problem.line, problem.code, problem.message, problem.next);
      ++wrong;
    }
    if (!compiled) continue;
    for (const auto& file : loaded->files) {
      if (file.path != name_of(pack) + "/tests.yaml") continue;
      int run = 0;
      const auto failures = law::run_tests(*compiled, file.text, file.path, &run);
      if (!failures) return say(failures.error(), as_json);
      for (const auto& failure : *failures) fmt::print("{}: {}\n", file.path, failure);
      wrong += static_cast<int>(failures->size());
      tests += run;
    }
  }
  fmt::print("{} packs, {} tests, {} wrong\n", loaded->packs.size(), tests, wrong);
  return wrong == 0 ? 0 : 1;
}

int decide(const std::string& folder, const std::string& pack, const std::string& on, const std::string& facts_file,
           bool explain) {
  const auto loaded = load(folder);
  if (!loaded) return say(loaded.error(), true);
  const auto compiled = law::LawSet::compile(loaded->schema, loaded->packs, pack);
  if (!compiled) return say(compiled.error(), true);
  const auto day = base::Date::parse(on);
  if (!day)
    return say(base::invalid("on", "bad_date", "This is not a day of the calendar.", "",
                             "Write it as year-month-day: 2024-05-01.")
                   .error(),
               true);
  const auto text = read_all(facts_file);
  if (!text)
    return say(base::invalid("facts", "no_file", "The file of facts cannot be read.", "",
                             "Give a file, or - for standard input.")
                   .error(),
               true);
  const auto facts = law::parse_facts(loaded->schema, *text);
  if (!facts) return say(facts.error(), true);
  fmt::print("{}\n", law::decision_json(*compiled, *facts, *day, explain));
  return 0;
}

}  // namespace

base::Result<std::vector<app::LawFile>> law_files(const std::string& folder) {
  std::vector<app::LawFile> files;
  if (folder.empty()) {
    for (const auto& file : embedded_law()) files.push_back({std::string(file.path), std::string(file.bytes)});
  } else {
    std::error_code ec;
    for (const auto& entry : fs::recursive_directory_iterator(folder, ec)) {
      if (entry.path().extension() != ".yaml") continue;
      const auto text = read_all(entry.path().string());
      if (text) files.push_back({fs::relative(entry.path(), folder).string(), *text});
    }
    if (ec || files.empty())
      return base::invalid("law", "no_folder", "The folder of law files cannot be read.", "",
                           "Give the folder that holds schema/ and the packs.");
  }
  std::ranges::sort(files, {}, &app::LawFile::path);
  return files;
}

void add_law(CLI::App& program, Run& run) {
  struct Options {
    std::string folder, pack, on, facts = "-";
    bool json = false, brief = false;
  };
  auto options = std::make_shared<Options>();
  auto* law = program.add_subcommand("law", "What the law gives: list, show, check, decide");
  law->require_subcommand(1);
  law->add_option("--law", options->folder, "Folder of law files (those in the program)");
  auto* list_verb = law->add_subcommand("list", "The packs");
  list_verb->add_flag("--json", options->json, "JSON");
  list_verb->callback([options, &run] { run = [options] { return list(options->folder, options->json); }; });
  auto* show_verb = law->add_subcommand("show", "One pack's entitlements with their provisions");
  show_verb->add_option("pack", options->pack, "Its name")->required();
  show_verb->callback(
      [options, &run] { run = [options] { return show(options->folder, options->pack, options->json); }; });
  auto* check_verb = law->add_subcommand("check", "Compile every pack and run its tests");
  check_verb->callback([options, &run] { run = [options] { return check(options->folder, options->json); }; });
  auto* decide_verb = law->add_subcommand("decide", "What a law gives on a day, for given facts");
  decide_verb->add_option("--jurisdiction", options->pack, "Pack, such as gb")->required();
  decide_verb->add_option("--on", options->on, "Day, such as 2024-05-01")->required();
  decide_verb->add_option("--facts", options->facts, "JSON file of facts; - for standard input");
  decide_verb->add_flag("--brief", options->brief, "Without reasons");
  decide_verb->callback([options, &run] {
    run = [options] { return decide(options->folder, options->pack, options->on, options->facts, !options->brief); };
  });
}

}  // namespace remedium::cli
