// Cases of the Human Trafficking Case Data Standard 2.0 (IOM, CC BY 4.0): the single-select workbook, CSV and JSON.
//
// What becomes of a record (the table is `homes` in htcds.cpp):
// - the person, contact, place and forms of exploitation become the act `first-contacts`, methods of control the fact
// `exploitation.means`;
// - telephone and e-mail are kept under the contact key with the channel `none`: HTCDS does not say that they are safe;
// - decisions, referrals, closures and the consent box lack what such an act needs here (HTCDS has no date of a
// decision, no purpose and no
//   recipient of a consent), so they are told in the narrative and no act is made up;
// - a consent box that says no is a fault of the row: nothing identifying is kept of an adult who refuses (res. 20/1
// 4(b));
// - identity numbers, perpetrators and vulnerabilities (health) are not imported, and said so: `not_imported`.
#pragma once

#include <optional>

#include "base/date.h"
#include "casework/act.h"
#include "exchange/source.h"

namespace remedium::exchange {

struct HtcdsOptions {
  base::Date today;              ///< stands in for a first contact with no date, and bounds every date
  std::string language = "und";  ///< of a person whose language is not recorded
};

struct ImportedCase {
  std::uint64_t line = 0;
  std::vector<casework::Record> records;  ///< `first-contacts`, then `facts`
};

/// Reads records one by one from any of the three formats, told by the first bytes.
class HtcdsReader {
 public:
  [[nodiscard]] static base::Result<std::unique_ptr<HtcdsReader>> open(ByteSource& source, HtcdsOptions options);
  virtual ~HtcdsReader() = default;
  /// `row`: `out` holds the next case; `fault`: `faults` got one or more for a record that is left out.
  [[nodiscard]] virtual base::Result<RowStep> next(ImportedCase& out, std::vector<Fault>& faults) = 0;
  /// Columns that are not imported: unknown ones, and known ones without a home here.
  [[nodiscard]] virtual std::span<const std::string> not_imported() const = 0;
};

}  // namespace remedium::exchange
