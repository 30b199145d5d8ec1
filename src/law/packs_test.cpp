// Every pack on disk compiles for itself and passes its own tests.

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "law/law.h"

namespace remedium::law {
namespace {

namespace fs = std::filesystem;

std::string read(const fs::path& path) {
  std::ifstream in(path);
  std::stringstream text;
  text << in.rdbuf();
  return text.str();
}

TEST(Packs, CompileAndPassTheirOwnTests) {
  const fs::path law_folder = fs::path(REMEDIUM_SOURCE_DIR) / "law";
  const auto schema = FactSchema::parse(read(law_folder / "schema/facts.yaml"), "schema/facts.yaml");
  ASSERT_TRUE(schema) << schema.error().message;
  std::vector<PackSource> sources;
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(law_folder)) {
    if (!fs::exists(entry.path() / "pack.yaml")) continue;
    names.push_back(entry.path().filename().string());
    sources.push_back({names.back() + "/pack.yaml", read(entry.path() / "pack.yaml")});
  }
  std::ranges::sort(names);
  ASSERT_GE(names.size(), 5U);
  for (const auto& name : names) {
    std::vector<Problem> problems;
    const auto law = LawSet::compile(*schema, sources, name, &problems);
    for (const auto& problem : problems)
      ADD_FAILURE() << problem.file << ":" << problem.line << ": " << problem.code << ": " << problem.message;
    ASSERT_TRUE(law) << name;
    int run = 0;
    const auto failures = run_tests(*law, read(law_folder / name / "tests.yaml"), name + "/tests.yaml", &run);
    ASSERT_TRUE(failures) << failures.error().message;
    for (const auto& failure : *failures) ADD_FAILURE() << name << ": " << failure;
    EXPECT_GE(run, 10) << name;
    EXPECT_FALSE(law->reviewed()) << name << " names a reviewer: there is none yet";
  }
}

}  // namespace
}  // namespace remedium::law
