#include "exchange/htcds.h"

#include <gtest/gtest.h>
#include <zip.h>

#include <filesystem>
#include <fstream>
#include <iterator>

#include "exchange/xlsx.h"

namespace remedium::exchange {
namespace {

const base::Date today = *base::Date::parse("2024-06-01");

struct Outcome {
  std::vector<ImportedCase> cases;
  std::vector<Fault> faults;
  std::vector<std::string> not_imported;
  std::string error;
};

Outcome import(std::string_view bytes) {
  Outcome outcome;
  MemorySource source(bytes);
  auto reader = HtcdsReader::open(source, {.today = today});
  if (!reader) {
    outcome.error = reader.error().code;
    return outcome;
  }
  while (true) {
    ImportedCase one;
    const auto step = (*reader)->next(one, outcome.faults);
    if (!step || *step == RowStep::end) break;
    if (*step == RowStep::row) outcome.cases.push_back(std::move(one));
  }
  outcome.not_imported.assign((*reader)->not_imported().begin(), (*reader)->not_imported().end());
  return outcome;
}

TEST(Htcds, ReadsCsv) {
  const auto outcome = import(
      "prs_FirstName,prs_SecondName,prs_Birthdate,prs_Gender,prs_Citizenship,prs_PrimaryLanguage,prs_MobilePhone,vic_"
      "MethodsOfControl,"
      "vic_TypeOfExploitation,cas_IncomingReferralDate,prs_IdentityNumber,shoe_size\n"
      "Amina,Test,2008-03-01,feminine,NG;Ghana,hau,+2341,\"Debt bondage ;PhysicalThreats\",Forced "
      "labour;ForcedBegging,2024-05-02,X1,38\n");
  ASSERT_EQ(outcome.cases.size(), 1U) << (outcome.faults.empty() ? outcome.error : outcome.faults[0].message);
  ASSERT_EQ(outcome.cases[0].records.size(), 2U);
  const auto& contact = outcome.cases[0].records[0];
  EXPECT_EQ(contact.act().resource, "first-contacts");
  EXPECT_EQ(contact.text("name"), "Amina Test");
  EXPECT_EQ(contact.text("age_statement"), "child");
  EXPECT_EQ(contact.text("language"), "ha");
  EXPECT_EQ(contact.text("sex"), "female");
  EXPECT_EQ(contact.text("safe_contact_channel"), "none") << "HTCDS does not say that a number is safe";
  EXPECT_EQ(contact.list("nationalities")[0], "GH");
  EXPECT_EQ(contact.list("exploitation_forms")[0], "begging");
  EXPECT_EQ(outcome.cases[0].records[1].text("value"), "coercion,threat");
  EXPECT_EQ(outcome.not_imported, (std::vector<std::string>{"prs_IdentityNumber", "shoe_size"}));
}

TEST(Htcds, ReadsJsonOfBothShapes) {
  for (
      const std::string_view json :
      {R"([{"prs_FirstName":"A","vic_MethodsOfControl":["DebtBondage","FalsePromises"]},{"prs_SecondName":"B","con_Consent":true}])",
       R"({"records":[{"prs_FirstName":"A","vic_MethodsOfControl":["DebtBondage","FalsePromises"]},{"prs_SecondName":"B","con_Consent":true}]})"}) {
    const auto outcome = import(json);
    ASSERT_EQ(outcome.cases.size(), 2U);
    EXPECT_EQ(outcome.cases[0].records[1].text("value"), "coercion,deception");
    EXPECT_EQ(outcome.cases[1].line, 2U);
    EXPECT_NE(outcome.cases[1].records[0].text("narrative").find("no consent is recorded"), std::string_view::npos);
  }
  EXPECT_EQ(import("[1]").error, "not_htcds_json");
  EXPECT_EQ(import("a,b\n1,2\n").error, "not_htcds");
}

TEST(Htcds, NamesEveryFaultAndTakesTheRest) {
  const auto outcome = import(
      "prs_FirstName,prs_Birthdate,prs_Gender,prs_Citizenship,con_Consent,cas_IncomingReferralDate\n"
      "A,2030-01-01,womanly,Atlantis,,2024-05-01\n"
      "B,1990-01-01,Masculine,NG,false,2024-05-01\n"
      "C,03/04/1990,Masculine,NG,,2024-05-01\n"
      "D,1990-01-01,Masculine,NG,true,2024-05-01\n");
  ASSERT_EQ(outcome.cases.size(), 1U);
  EXPECT_EQ(outcome.cases[0].line, 5U);
  std::string codes;
  for (const Fault& fault : outcome.faults)
    codes += std::to_string(fault.line) + " " + fault.column + " " + fault.code + "\n";
  EXPECT_EQ(codes,
            "2 prs_Birthdate date_in_future\n2 prs_Birthdate born_after_first_contact\n2 prs_Citizenship "
            "unknown_country\n2 prs_Gender unknown_option\n"
            "3 con_Consent consent_refused\n4 prs_Birthdate not_a_date\n");
}

std::string file_bytes(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {(std::istreambuf_iterator<char>(file)), {}};
}

/// A workbook of one sheet, written part by part.
std::string workbook(const std::string& sheet_data) {
  const std::string path =
      std::filesystem::temp_directory_path() /
      ("remedium-htcds-" + std::to_string(::testing::UnitTest::GetInstance()->random_seed()) + ".xlsx");
  zipFile zip = zipOpen64(path.c_str(), 0);
  const auto add = [&](const char* name, const std::string& text) {
    zip_fileinfo info{};
    zipOpenNewFileInZip64(zip, name, &info, nullptr, 0, nullptr, 0, nullptr, Z_DEFLATED, 6, 0);
    zipWriteInFileInZip(zip, text.data(), static_cast<unsigned>(text.size()));
    zipCloseFileInZip(zip);
  };
  add("xl/workbook.xml",
      R"(<workbook xmlns:r="r"><sheets><sheet name="Case Sheet" sheetId="1" r:id="rId1"/></sheets></workbook>)");
  add("xl/_rels/workbook.xml.rels",
      R"(<Relationships><Relationship Id="rId1" Target="worksheets/sheet1.xml"/></Relationships>)");
  add("xl/styles.xml",
      R"(<styleSheet><numFmts><numFmt numFmtId="170" formatCode="dd\-mmm\-yyyy"/></numFmts><cellXfs><xf numFmtId="0"/><xf numFmtId="14"/><xf numFmtId="170"/></cellXfs></styleSheet>)");
  add("xl/sharedStrings.xml", R"(<sst><si><t>prs_FirstName</t></si><si><r><t>Ami</t></r><r><t>na</t></r></si></sst>)");
  add("xl/worksheets/sheet1.xml", "<worksheet><sheetData>" + sheet_data + "</sheetData></worksheet>");
  zipClose(zip, nullptr);
  const std::string bytes = file_bytes(path);
  std::filesystem::remove(path);
  return bytes;
}

std::string inline_cell(const char* at, const char* text) {
  return std::string("<c r=\"") + at + "\" t=\"inlineStr\"><is><t>" + text + "</t></is></c>";
}

TEST(Htcds, ReadsAWorkbookFilledInByItsLabels) {
  const auto outcome = import(workbook(
      "<row r=\"1\"><c r=\"B1\" t=\"s\"><v>0</v></c>" + inline_cell("C1", "prs_Birthdate") +
      inline_cell("D1", "prs_MailingCity") + inline_cell("E1", "prs_MailingCountry") +
      inline_cell("G1", "con_Consent") + "</row><row r=\"2\">" + inline_cell("B2", "First Name") +
      inline_cell("C2", "Birthdate") + inline_cell("D2", "Mailing Street") + inline_cell("E2", "Mailing City") +
      inline_cell("F2", "Reason for Outgoing Referral") + inline_cell("G2", "Consent") + "</row>" +
      "<row r=\"3\"><c r=\"A3\"><v>1</v></c></row>" +
      "<row r=\"4\"><c r=\"A4\"><v>2</v></c><c r=\"B4\" t=\"s\"><v>1</v></c><c r=\"C4\" s=\"2\"><v>32874</v></c>" +
      inline_cell("D4", "1 Road") + inline_cell("E4", "Town") + inline_cell("F4", "Migration Or Change Of Location") +
      "<c r=\"G4\" t=\"b\"><v>1</v></c></row>"));
  ASSERT_EQ(outcome.cases.size(), 1U) << (outcome.faults.empty() ? outcome.error : outcome.faults[0].message);
  const auto& contact = outcome.cases[0].records[0];
  EXPECT_EQ(outcome.cases[0].line, 4U);
  EXPECT_EQ(contact.text("name"), "Amina");
  EXPECT_EQ(contact.date("birth_date")->str(), "1990-01-01");
  EXPECT_EQ(contact.text("whereabouts"), "1 Road, Town") << "people fill in the label they see, not the hidden name";
  EXPECT_NE(contact.text("narrative").find("Reason for Outgoing Referral"), std::string_view::npos);
}

TEST(Htcds, ReadsTheOfficialTemplate) {
  const auto bytes = file_bytes(REMEDIUM_SOURCE_DIR "/../shared/data/htcds/htcds_excel_single_select_v2.0.xlsx");
  if (bytes.empty()) GTEST_SKIP() << "the HTCDS workbook is not here";
  const auto outcome = import(bytes);
  EXPECT_EQ(outcome.error, "");
  EXPECT_TRUE(outcome.cases.empty()) << "1,000 numbered rows, none filled in";
  EXPECT_TRUE(outcome.faults.empty());
  EXPECT_EQ(outcome.not_imported, (std::vector<std::string>{"prs_Salutation", "prs_Title"}));
}

TEST(Xlsx, RefusesADamagedFileAndABomb) {
  const std::string whole = workbook("<row r=\"1\">" + inline_cell("A1", "prs_FirstName") + "</row>");
  for (std::size_t size = 4; size < whole.size(); size += 37)
    EXPECT_NE(import(std::string_view(whole).substr(0, size)).error, "") << size;
  EXPECT_EQ(import(workbook("<row r=\"1\">" + inline_cell("A1", std::string(4U << 20U, 'a').c_str()) + "</row>")).error,
            "xlsx_too_large");
}

}  // namespace
}  // namespace remedium::exchange
