// A file that was put into the program when it was built.
#pragma once

#include <string_view>

namespace remedium::base {

struct EmbeddedFile {
  std::string_view path;
  std::string_view bytes;
};

}  // namespace remedium::base
