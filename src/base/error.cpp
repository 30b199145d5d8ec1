#include "base/error.h"

namespace remedium::base {

Error Error::under(std::string_view name) const {
  Error copy = *this;
  if (copy.field.empty()) {
    copy.field = name;
  } else if (copy.field.front() == '[') {
    copy.field = std::string(name) + copy.field;
  } else {
    copy.field = std::string(name) + "." + copy.field;
  }
  return copy;
}

std::unexpected<Error> invalid(std::string field, std::string code, std::string message, std::string rule,
                               std::string next) {
  return std::unexpected(Error{.kind = ErrorKind::invalid_input,
                               .code = std::move(code),
                               .message = std::move(message),
                               .rule = std::move(rule),
                               .next = std::move(next),
                               .field = std::move(field)});
}

}  // namespace remedium::base
