// Files compiled into the program (cmake/embed.cmake), served.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "http/message.h"

namespace remedium::http {

/// One row of the table that `embed_files` generates, sorted by name. Bytes live as long as the program.
struct EmbeddedFile {
  std::string_view name;  ///< "scripts/app.js"
  std::string_view content_type;
  std::string_view bytes;
  std::string_view gzip;  ///< the same, compressed at build time; empty where that saves nothing
  std::string_view hash;  ///< 32 hexadecimal digits of SHA-256 of the bytes
};

struct EmbeddedFiles {
  std::span<const EmbeddedFile> files;
  std::string_view
      version;  ///< 16 hexadecimal digits of the hash of all: a part of addresses that may be kept for ever

  [[nodiscard]] const EmbeddedFile* find(std::string_view name) const;
};

enum class Caching : std::uint8_t {
  forever,    ///< the address changes with the content
  revalidate  ///< ask each time; 304 where it is the same
};

/// GET or HEAD of one file: gzip where accepted, a strong ETag (another for the compressed form), If-None-Match → 304.
/// The only compressed answers there are: a page that mixes a secret with what an attacker chooses is never compressed
/// (BREACH).
[[nodiscard]] Response serve(const EmbeddedFile& file, const Request& request, Caching caching);

/// The file that the segments of the path from `first` name. "<version>/styles.css" is kept for ever, "styles.css"
/// revalidated; the version comes before the name so that relative addresses inside a stylesheet keep it. nullopt: no
/// such file.
[[nodiscard]] std::optional<Response> serve(const EmbeddedFiles& files, const Request& request, std::size_t first);

/// "/assets/<version>/styles.css" for prefix "/assets" and name "styles.css".
[[nodiscard]] std::string asset_path(const EmbeddedFiles& files, std::string_view prefix, std::string_view name);

}  // namespace remedium::http
