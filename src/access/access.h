// One pure function decides who may do and see what (SAFETY, "Who may see what"). Its gates run in order; the first
// that denies gives the reason.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>

#include "base/codes.h"
#include "base/date.h"
#include "base/id.h"

namespace remedium::access {

enum class Role : std::uint8_t {
  first_responder,
  case_manager,
  competent_authority,
  legal_representative,
  border_official,
  compensation_authority,
  data_protection_officer,
  administrator
};
inline constexpr std::array<std::string_view, 8> role_codes = {
    "first_responder", "case_manager",           "competent_authority",     "legal_representative",
    "border_official", "compensation_authority", "data_protection_officer", "administrator"};

enum class Purpose : std::uint8_t {
  assist,
  protect,
  legal_claim,
  investigate,
  reunify,
  statistics,
  audit,
  subject_access
};
inline constexpr std::array<std::string_view, 8> purpose_codes = {
    "assist", "protect", "legal_claim", "investigate", "reunify", "statistics", "audit", "subject_access"};

enum class Action : std::uint8_t {
  open_case,
  read_case,
  list_cases,
  act,
  check_hold,
  read_journal,
  read_law,
  import_cases,
  manage_officials,
  count_declined
};

/// Kinds of agency. Immigration enforcement never reads what victim services hold, whatever the consent.
enum class AgencyKind : std::uint8_t {
  victim_services,
  competent_authority,
  legal_aid,
  border,
  immigration_enforcement,
  compensation,
  oversight,
  operator_of_system
};
inline constexpr std::array<std::string_view, 8> agency_kind_codes = {
    "victim_services",         "competent_authority", "legal_aid", "border",
    "immigration_enforcement", "compensation",        "oversight", "operator_of_system"};

[[nodiscard]] constexpr std::string_view code(Role role) {
  return role_codes[static_cast<std::size_t>(role)];
}
[[nodiscard]] constexpr std::string_view code(Purpose purpose) {
  return purpose_codes[static_cast<std::size_t>(purpose)];
}
[[nodiscard]] constexpr std::string_view code(AgencyKind kind) {
  return agency_kind_codes[static_cast<std::size_t>(kind)];
}
/// What a role is there for where the caller says nothing.
[[nodiscard]] Purpose default_purpose(Role role);

struct Who {
  bool second_factor = false;  ///< this session was opened with one
  Role role{};
  base::OfficialId official;
  base::AgencyId agency;
  AgencyKind agency_kind{};
};

/// A consent or a legal basis, as far as access needs it.
struct Grant {
  base::AgencyId recipient;  ///< nil: the agency responsible for the case
  Purpose purpose{};
  base::DataClasses classes;
};

struct Resource {
  bool is_case = false;
  base::AgencyId agency;  ///< responsible for the case
  AgencyKind agency_kind{};
  bool assigned = false;  ///< a live assignment of this official to this case
  bool closed_by_erasure = false;
  std::string_view act;           ///< for Action::act, the resource name
  std::span<const Grant> grants;  ///< live ones, of other agencies' consents
};

struct Allow {
  base::DataClasses classes;
  std::string_view basis;  ///< "responsible_agency", "assignment", "consent", "role"
};
struct Deny {
  int gate = 0;  ///< 1 to 7, as SAFETY numbers them
  std::string_view reason;
};
using Decision = std::variant<Allow, Deny>;

[[nodiscard]] Decision decide(const Who& who, Action action, Purpose purpose, const Resource& resource);

}  // namespace remedium::access
