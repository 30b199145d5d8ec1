// The words of a pack in another language: `law/<pack>/<language>.yaml` and `law/schema/facts.<language>.yaml`.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "base/error.h"

namespace remedium::law {

using Texts = std::map<std::string, std::string, std::less<>>;

/// Titles as "gb.d.recovery-period", plain sentences as "gb.d.recovery-period/plain", questions of facts as
/// "fact/person.birth_date". `prefix` is the pack's name with a point ("gb."), or empty for the facts.
[[nodiscard]] base::Status read_translation(std::string_view yaml, std::string_view file_name, std::string_view prefix,
                                            Texts& into);

}  // namespace remedium::law
