#include "law/translation.h"

#include <fmt/format.h>

#include "law/yaml_reader.h"

namespace remedium::law {

base::Status read_translation(std::string_view yaml, std::string_view file_name, std::string_view prefix, Texts& into) {
  Faults faults{std::string(file_name)};
  const auto document = load_yaml(yaml, faults);
  if (!document || !document->IsMap()) {
    return base::invalid("", "bad_translation", fmt::format("{} is not a translation.", file_name),
                         "law/schema/README.md, Translations", "Correct the file.");
  }
  try {
    const auto section = [&](const char* name, std::string_view before, std::string_view behind) {
      const auto node = (*document)[name];
      if (is_absent(node) || !node.IsMap()) return;
      for (const auto& item : node) {
        if (item.first.IsScalar() && item.second.IsScalar())
          into[fmt::format("{}{}{}", before, item.first.Scalar(), behind)] = item.second.Scalar();
      }
    };
    section("titles", prefix, "");
    section("plain", prefix, "/plain");
    section("questions", "fact/", "");
  } catch (const YAML::Exception& error) {
    return base::invalid("", "bad_translation", fmt::format("{}:{}: {}", file_name, error.mark.line + 1, error.msg),
                         "law/schema/README.md, Translations", "Correct the file.");
  }
  return {};
}

}  // namespace remedium::law
