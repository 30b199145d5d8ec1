// The tree is the architecture: a folder under src/ may include only what ARCHITECTURE.md's arrows allow.

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <regex>
#include <set>
#include <string>

namespace {

namespace fs = std::filesystem;

using Arrows = std::map<std::string, std::set<std::string>>;

/// Who may include whom. A folder may always include itself and `base`.
const Arrows allowed = {
    {"base", {}},
    {"law", {}},
    {"access", {}},
    {"matching", {}},
    {"casework", {"law"}},
    {"assets", {"law"}},
    {"commitments", {"law"}},
    {"statistics", {}},
    {"crypto", {}},
    {"ledger", {}},
    {"store", {"ledger"}},
    {"exchange", {"casework", "law"}},
    {"documents", {"casework", "law"}},
    {"app",
     {"law", "casework", "assets", "commitments", "access", "matching", "statistics", "crypto", "ledger", "store",
      "exchange", "documents"}},
    {"pages", {"app", "casework", "law", "access"}},
    {"http", {"app", "pages", "casework", "law", "access"}},
    {"cli", {"app", "pages", "http", "casework", "law", "access", "crypto", "ledger", "store", "exchange", "matching"}},
};

/// What the pure core may never touch: clocks, files, sockets, threads of its own, randomness, environment.
const std::set<std::string> impure = {"fstream", "iostream", "thread",       "random",     "filesystem",
                                      "cstdio",  "unistd.h", "sys/socket.h", "sys/stat.h", "fcntl.h",
                                      "ctime",   "sodium.h", "sqlite3.h"};
const std::set<std::string> pure_folders = {"base",        "law",    "casework", "assets",
                                            "commitments", "access", "matching", "statistics"};

bool is_source(const fs::path& path) {
  return path.extension() == ".h" || path.extension() == ".cpp";
}

/// A test may read files and use threads; it still may not include a folder above its own.
bool is_test(const fs::path& path) {
  const auto stem = path.stem().string();
  return stem.ends_with("_test") || stem.ends_with("_fuzz") || stem.ends_with("_bench");
}

template <class Visit>
void each_include(const fs::path& file, const Visit& visit) {
  static const std::regex include(R"(^\s*#\s*include\s*([<"])([^>"]+)[>"])");
  std::ifstream in(file);
  std::string line;
  for (int number = 1; std::getline(in, line); ++number) {
    std::smatch match;
    if (std::regex_search(line, match, include)) visit(number, match[1] == "\"", match[2].str());
  }
}

TEST(Architecture, IncludesFollowTheArrows) {
  const fs::path source = fs::path(REMEDIUM_SOURCE_DIR) / "src";
  int files = 0;
  for (const auto& entry : fs::recursive_directory_iterator(source)) {
    if (!entry.is_regular_file() || !is_source(entry.path())) continue;
    ++files;
    const auto relative = fs::relative(entry.path(), source);
    const auto folder = relative.begin()->string();
    ASSERT_TRUE(allowed.contains(folder))
        << folder << " is not in the table of arrows: add it here and in ARCHITECTURE.md";
    each_include(entry.path(), [&](int line, bool own, const std::string& name) {
      const auto where = relative.string() + ":" + std::to_string(line);
      if (!own) {
        const bool is_pure = pure_folders.contains(folder) && !is_test(entry.path());
        EXPECT_FALSE(is_pure && impure.contains(name))
            << where << " includes <" << name << ">: the core is pure; let it arrive as a value";
        return;
      }
      const auto slash = name.find('/');
      ASSERT_NE(slash, std::string::npos)
          << where << " includes \"" << name << "\": write it from src/ (\"" << folder << "/" << name << "\")";
      const auto target = name.substr(0, slash);
      if (target == folder || target == "base" || !allowed.contains(target)) return;
      EXPECT_TRUE(allowed.at(folder).contains(target))
          << where << " includes " << name << ": " << folder << " may not use " << target;
    });
  }
  EXPECT_GT(files, 20);
}

/// Every jurisdiction is data: no source but a test names one.
TEST(Architecture, NoJurisdictionIsNamedInTheLawEngine) {
  static const std::regex jurisdiction("\"(gb|fr|es|ie|nl|it|us|ca|au|ar|uy|za|ng|th|br|ph|coe|un|eu)(\"|\\.)");
  for (const auto* folder : {"law", "casework", "access", "app"}) {
    for (const auto& entry : fs::recursive_directory_iterator(fs::path(REMEDIUM_SOURCE_DIR) / "src" / folder)) {
      if (!entry.is_regular_file() || !is_source(entry.path()) || is_test(entry.path())) continue;
      if (entry.path().filename().string().starts_with("demo")) continue;  // the demonstration State is somewhere
      std::ifstream in(entry.path());
      std::string line;
      for (int number = 1; std::getline(in, line); ++number) {
        const auto code = line.substr(0, line.find("//"));  // a comment may give an example
        EXPECT_FALSE(std::regex_search(code, jurisdiction)) << entry.path().filename() << ":" << number << ": " << line;
      }
    }
  }
}

}  // namespace
