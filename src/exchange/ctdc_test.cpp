#include "exchange/ctdc.h"

#include <gtest/gtest.h>

#include <bit>
#include <fstream>
#include <iterator>
#include <map>

#include "exchange/csv.h"

namespace remedium::exchange {
namespace {

AnonymousCase read_one(std::string_view csv, std::vector<Fault>* faults = nullptr) {
  MemorySource source(csv);
  CsvReader reader(source);
  Row row;
  EXPECT_EQ(*reader.next(row), RowStep::row);
  const auto layout = CtdcLayout::of_header(row);
  EXPECT_TRUE(layout) << layout.error().message;
  EXPECT_EQ(*reader.next(row), RowStep::row);
  AnonymousCase one;
  std::vector<Fault> found;
  const bool whole = layout->read(row, 2024, one, found);
  EXPECT_EQ(whole, found.empty());
  if (faults != nullptr) {
    *faults = found;
  } else {
    EXPECT_TRUE(found.empty());
  }
  return one;
}

TEST(Ctdc, ReadsBothLayouts) {
  const auto synthetic = read_one(
      "yearOfRegistration,gender,ageBroad,majorityStatusAtExploit,traffickMonths,citizenship,CountryOfExploitation,"
      "meansOfControlThreats,isForcedLabour\n"
      "2016,Female,09--17,Minor,0--12 (0-1 yr),MDA,TUR,1,\n");
  EXPECT_EQ(
      to_json(synthetic),
      R"({"year":2016,"sex":"female","age_band":"9-17","majority_at_exploitation":"minor","months":"0-12","citizenship":"MD","country_of_exploitation":"TR","means_of_control":{"threats":true}})");
  const auto anonymised = read_one(
      "yearOfRegistration,Datasource,gender,ageBroad,citizenship,meansOfControlThreatOfLawEnforcement,isForcedLabour,"
      "isSexualExploit,CountryOfExploitation\n"
      "2002,Hotline,Unknown,9--17,NA,-99,0.0,1.0,00\n");
  EXPECT_EQ(
      to_json(anonymised),
      R"({"year":2002,"age_band":"9-17","citizenship":"NA","forms":{"forced_labour":false,"sexual_exploitation":true}})");
}

TEST(Ctdc, TheBinaryFormComesBack) {
  const auto one = read_one("yearOfRegistration,citizenship,isForcedLabour,isAbduction\n2016,ZWE,1,0\n");
  const auto bytes = encode(one);
  ASSERT_LT(bytes.size(), 64U);
  EXPECT_EQ(*decode_anonymous_case(bytes), one);
  auto broken = bytes;
  broken[3] = 0xff;
  EXPECT_EQ(decode_anonymous_case(broken).error().code, "anonymous_case_corrupt");
  EXPECT_FALSE(decode_anonymous_case(base::ByteView(bytes).first(24)));
}

TEST(Ctdc, NamesEveryFaultOfARow) {
  std::vector<Fault> faults;
  (void)read_one("yearOfRegistration,gender,citizenship,isForcedLabour\n2031,female?,XYZ,yes\n", &faults);
  ASSERT_EQ(faults.size(), 4U);
  for (const Fault& fault : faults) EXPECT_EQ(fault.line, 2U);
  EXPECT_EQ(faults[2].column, "citizenship");
  EXPECT_EQ(faults[2].code, "unknown_country");
  EXPECT_EQ(faults[2].message.find("XYZ"), std::string::npos) << "a report never repeats a cell";
  (void)read_one("yearOfRegistration,citizenship\n2016\n", &faults);
  ASSERT_EQ(faults.size(), 1U);
  EXPECT_EQ(faults[0].code, "wrong_number_of_columns");
}

TEST(Ctdc, RefusesAnotherFile) {
  const std::string_view cells[] = {"name", "age"};
  EXPECT_EQ(CtdcLayout::of_header({1, cells}).error().code, "not_ctdc");
}

// The publisher's counts, read out of the file by an independent program (PROVENANCE.md: every count a multiple of
// ten).
TEST(Ctdc, ReadsTheWholeSyntheticRelease) {
  std::ifstream file(REMEDIUM_SOURCE_DIR "/../shared/data/ctdc/ctdc_synthetic_2021.csv.gz", std::ios::binary);
  if (!file) GTEST_SKIP() << "the CTDC file is not here: licence class C, never part of the project";
  const std::string bytes((std::istreambuf_iterator<char>(file)), {});
  MemorySource memory{std::string_view(bytes)};
  GzipSource gzip(memory);
  CsvReader reader(gzip);
  Row row;
  ASSERT_EQ(*reader.next(row), RowStep::row);
  const auto layout = CtdcLayout::of_header(row);
  ASSERT_TRUE(layout);
  EXPECT_TRUE(layout->not_imported().empty());
  std::size_t rows = 0, female = 0, ukraine = 0, usa = 0, threats = 0, minors = 0;
  std::vector<Fault> faults;
  AnonymousCase one;
  while (*reader.next(row) == RowStep::row) {
    ASSERT_TRUE(layout->read(row, 2024, one, faults)) << faults.back().line << faults.back().message;
    ASSERT_EQ(*decode_anonymous_case(encode(one)), one);
    ++rows;
    female += one.sex == CtdcSex::female;
    ukraine += one.citizenship && one.citizenship->code() == "UA";
    usa += one.country_of_exploitation && one.country_of_exploitation->code() == "US";
    threats += (one.yes >> 2U) & 1U;
    minors += one.majority_at_exploitation == CtdcMajority::minor;
  }
  EXPECT_EQ(rows, 193'025U);
  EXPECT_EQ(female, 105'990U);
  EXPECT_EQ(ukraine, 18'480U);
  EXPECT_EQ(usa, 65'880U);
  EXPECT_EQ(threats, 25'140U);
  EXPECT_EQ(minors, 20'660U);
}

}  // namespace
}  // namespace remedium::exchange
