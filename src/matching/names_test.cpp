#include "matching/names.h"

#include <gtest/gtest.h>
#include <zlib.h>

#include <atomic>
#include <map>
#include <thread>

#include "base/random.h"

namespace remedium::matching {
namespace {

using Words = std::vector<std::string>;
const auto everyone = [](const base::CaseId&) { return true; };

base::CaseId id_of(std::uint64_t number) {
  std::array<std::uint8_t, 16> bytes{};
  for (std::size_t i = 0; i < 8; ++i) bytes[i] = static_cast<std::uint8_t>(number >> (56 - 8 * i));
  return *base::CaseId::from_bytes(bytes);
}

void put(NameIndex& index, std::uint64_t number, std::string name) {
  index.put(id_of(number), std::span(&name, 1));
}

bool finds(const NameIndex& index, std::string_view query, std::uint64_t number, std::size_t limit = 10) {
  for (const Hit& hit : index.search(query, limit, everyone)) {
    if (hit.case_id == id_of(number)) return true;
  }
  return false;
}

TEST(Names, AreBroughtToOneSpelling) {
  EXPECT_EQ(normalise_name("María del Carmen GARCÍA-Núñez"), (Words{"maria", "carmen", "garcia", "nunez"}));
  EXPECT_EQ(normalise_name("Abd al-Rahman bin Ali"), (Words{"abdrahman", "ali"}));
  EXPECT_EQ(normalise_name("Abdulrahman Ali"), (Words{"abdrahman", "ali"}));
  EXPECT_EQ(normalise_name("Abdul Rahman Ali"), (Words{"abdrahman", "ali"}));
  EXPECT_EQ(normalise_name("Mrs O'Brien"), (Words{"obrien"}));
  EXPECT_EQ(normalise_name("Ли Пын"), (Words{"li", "pyn"}));
  EXPECT_EQ(normalise_name("محمد"), (Words{"mhmd"}));
  EXPECT_EQ(normalise_name("Al"), (Words{"al"})) << "a name of nothing but dropped words keeps them";
  EXPECT_EQ(normalise_name(" .,- "), Words{});
}

TEST(Names, SkeletonsJoinScripts) {
  EXPECT_EQ(consonant_skeleton("mohammed"), consonant_skeleton("mhmd"));
  EXPECT_EQ(consonant_skeleton("muhamad"), consonant_skeleton("mohammed"));
  EXPECT_EQ(consonant_skeleton("aoi"), "");
}

TEST(Names, DistanceCountsASwapOnceAndStops) {
  EXPECT_EQ(edit_distance("nguyen", "nguyne", 2), 1U);
  EXPECT_EQ(edit_distance("kitten", "sitting", 3), 3U);
  EXPECT_EQ(edit_distance("kitten", "sitting", 2), 3U);
  EXPECT_EQ(edit_distance("", "ab", 2), 2U);
}

TEST(Names, AreFoundMisspeltBegunReorderedAndInAnotherScript) {
  NameIndex index;
  put(index, 1, "Nguyen Thi Hoa");
  put(index, 2, "Mohammed Abdul Rahman");
  put(index, 3, "Oksana Kovalenko");
  put(index, 4, "Maria Fernandez");
  EXPECT_TRUE(finds(index, "Nguyne Hoa", 1));
  EXPECT_TRUE(finds(index, "hoa nguyen", 1));
  EXPECT_TRUE(finds(index, "محمد عبد الرحمن", 2));
  EXPECT_TRUE(finds(index, "Muhamad AbdelRahman", 2));
  EXPECT_TRUE(finds(index, "Оксана Коваленко", 3));
  EXPECT_TRUE(finds(index, "kov", 3));
  EXPECT_TRUE(finds(index, "Fernandes", 4));
  EXPECT_FALSE(finds(index, "Smith", 1));
  EXPECT_EQ(index.search("Maria Fernandez", 1, everyone).front().score, 1.0F);
}

TEST(Names, OutOfScopeIsNeitherFoundNorRanked) {
  NameIndex index;
  for (std::uint64_t i = 0; i < 1000; ++i) put(index, i, "Amina Yusuf");
  const auto hits = index.search("amina yusuf", 10, [](const base::CaseId& one) { return one == id_of(997); });
  ASSERT_EQ(hits.size(), 1U);
  EXPECT_EQ(hits[0].case_id, id_of(997));
}

TEST(Names, AreReplacedAndForgotten) {
  NameIndex index;
  put(index, 1, "Amina Yusuf");
  put(index, 1, "Fatou Diallo");
  EXPECT_FALSE(finds(index, "Amina", 1));
  EXPECT_TRUE(finds(index, "Diallo", 1));
  index.remove(id_of(1));
  EXPECT_FALSE(finds(index, "Diallo", 1));
  EXPECT_EQ(index.size(), 0U);
  for (std::uint64_t i = 0; i < 3000; ++i) put(index, i % 7, "name" + std::to_string(i * 7919));
  EXPECT_EQ(index.size(), 7U);
  EXPECT_LT(index.memory_bytes(), 1'000'000U);
}

TEST(Names, OneWriterAndManyReaders) {
  NameIndex index;
  std::atomic<bool> done = false;
  std::vector<std::thread> readers;
  for (int i = 0; i < 3; ++i) {
    readers.emplace_back([&] {
      while (!done) (void)index.search("amina yusuf", 5, everyone);
    });
  }
  for (std::uint64_t i = 0; i < 2000; ++i) {
    put(index, i % 300, "Amina Yusuf " + std::to_string(i));
    if (i % 5 == 0) index.remove(id_of(i % 300));
  }
  done = true;
  for (auto& reader : readers) reader.join();
  EXPECT_TRUE(!index.search("amina", 5, everyone).empty());
}

// --- recall on names that nobody of this project wrote ---------------------------------------------------------------

std::vector<std::vector<std::string>> table(const std::string& name, char separator) {
  std::vector<std::vector<std::string>> rows;
  gzFile file = gzopen((std::string(REMEDIUM_SOURCE_DIR "/../shared/data/") + name).c_str(), "rb");
  if (file == nullptr) return rows;
  char line[8192];
  while (gzgets(file, line, sizeof line) != nullptr) {
    std::string_view text(line);
    while (!text.empty() && (text.back() == '\n' || text.back() == '\r')) text.remove_suffix(1);
    std::vector<std::string> cells;
    std::string cell;
    bool quoted = false;
    for (const char c : text) {
      if (c == '"' && separator == ',') {
        quoted = !quoted;
      } else if (c == separator && !quoted) {
        cells.push_back(std::move(cell));
        cell.clear();
      } else if (!(c == ' ' && cell.empty())) {
        cell += c;
      }
    }
    cells.push_back(std::move(cell));
    rows.push_back(std::move(cells));
  }
  gzclose(file);
  if (!rows.empty()) rows.erase(rows.begin());
  return rows;
}

/// Of a sample of `tsv`, how often the Latin name is among the first ten answers to the other script's spelling.
double recall_across_scripts(const std::string& file, std::size_t latin, std::size_t native) {
  const auto rows = table("names/" + file, '\t');
  if (rows.empty()) return -1;
  NameIndex index;
  std::map<std::string, std::uint64_t> ids;
  const std::size_t count = std::min<std::size_t>(rows.size(), 15'000);
  for (std::size_t i = 0; i < count; ++i) {
    if (ids.emplace(rows[i][latin], ids.size()).second) put(index, ids.size() - 1, rows[i][latin]);
  }
  std::size_t asked = 0, found = 0;
  for (std::size_t i = 0; i < count; i += 15) {
    ++asked;
    found += finds(index, rows[i][native], ids[rows[i][latin]]);
  }
  return static_cast<double>(found) / static_cast<double>(asked);
}

struct Floor {
  const char* file;
  std::size_t latin, native;
  double recall;
};

TEST(Recall, AcrossScripts) {
  for (const Floor& floor : {Floor{"wd_russian.tsv.gz", 0, 1, 0.78}, Floor{"wd_greek.tsv.gz", 0, 1, 0.56},
                             Floor{"wd_arabic.tsv.gz", 0, 1, 0.71}, Floor{"wd_persian.tsv.gz", 0, 1, 0.68},
                             Floor{"google_ar2en.tsv.gz", 1, 0, 0.76}}) {
    const double recall = recall_across_scripts(floor.file, floor.latin, floor.native);
    if (recall < 0) GTEST_SKIP() << "the name tables are not here";
    std::printf("recall@10 %s: %.3f\n", floor.file, recall);
    EXPECT_GE(recall, floor.recall) << floor.file;
  }
}

TEST(Recall, OfLabelledPairs) {
  const auto rows = table("names/nomenklatura_name_bench.csv", ',');
  if (rows.empty()) GTEST_SKIP() << "the labelled pairs are not here";
  NameIndex index;
  std::size_t asked = 0, found = 0;
  for (std::size_t i = 0; i < rows.size(); ++i) put(index, i, rows[i].size() > 3 ? rows[i][3] : "");
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (rows[i].size() < 5 || rows[i][1] != "Person" || rows[i][4] != "true") continue;
    ++asked;
    found += finds(index, rows[i][2], i, 60);  // many rows share one listed name
  }
  std::printf("recall nomenklatura: %zu of %zu\n", found, asked);
  EXPECT_GE(static_cast<double>(found), 0.93 * static_cast<double>(asked));
}

TEST(Recall, OfFebrlDuplicates) {
  const auto rows = table("linkage/febrl_dataset3.csv.gz", ',');
  if (rows.empty()) GTEST_SKIP() << "the FEBRL sets are not here";
  NameIndex index;
  const auto person = [](const std::string& id) { return std::stoull(id.substr(4)); };
  const auto name = [](const std::vector<std::string>& row) { return row[1] + " " + row[2]; };
  for (const auto& row : rows) {
    if (row[0].ends_with("org")) put(index, person(row[0]), name(row));
  }
  std::size_t asked = 0, found = 0;
  for (const auto& row : rows) {
    if (row[0].ends_with("org") || row[1].empty() || row[2].empty()) continue;
    ++asked;
    found += finds(index, name(row), person(row[0]));
  }
  std::printf("recall@10 febrl 3: %zu of %zu\n", found, asked);
  EXPECT_GE(static_cast<double>(found), 0.90 * static_cast<double>(asked));
}

}  // namespace
}  // namespace remedium::matching
