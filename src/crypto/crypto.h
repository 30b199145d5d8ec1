// Keys and what is done with them: instance key → person key → class key → envelope (SAFETY, Keys).
//
// Call `initialise` once before anything else. Everything here may be used from any thread.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "base/codes.h"
#include "base/error.h"
#include "base/id.h"
#include "base/random.h"

namespace remedium::crypto {

/// Readies libsodium. False: the library cannot be used, and nothing may be served.
[[nodiscard]] bool initialise();

/// The operating system's randomness.
class SystemRandom final : public base::Random {
 public:
  void fill(std::span<std::uint8_t> bytes) override;
};

using Digest = std::array<std::uint8_t, 32>;
[[nodiscard]] Digest sha256(base::ByteView bytes);
/// HKDF with SHA-256 (RFC 5869), `salt` of zeros, 32 bytes out.
[[nodiscard]] Digest hkdf_sha256(base::ByteView key, std::string_view info);
[[nodiscard]] bool equal(base::ByteView a, base::ByteView b);  ///< in constant time for equal lengths

/// 32 secret bytes, wiped when they go.
class Key {
 public:
  Key() = default;
  explicit Key(const Digest& bytes) : bytes_(bytes) {}
  ~Key();
  Key(const Key&) = default;
  Key& operator=(const Key&) = default;
  [[nodiscard]] base::ByteView bytes() const { return bytes_; }

 private:
  Digest bytes_{};
};

/// Where a sealed value stands. A value moved to another place does not open.
struct Place {
  base::ByteView record;  ///< id of the record, 16 bytes
  std::string_view field;
  std::uint64_t version = 0;
};

/// XChaCha20-Poly1305: 24 bytes of nonce, ciphertext, 16 bytes of tag.
[[nodiscard]] base::Bytes seal(const Key& key, const Place& place, base::ByteView plain, base::Random& random);
/// corrupt ("does_not_open") for any other place, key or byte.
[[nodiscard]] base::Result<base::Bytes> open(const Key& key, const Place& place, base::ByteView sealed);

/// A person's key, with the class keys derived from it on first use.
class PersonKey {
 public:
  [[nodiscard]] static PersonKey draw(base::Random& random);
  explicit PersonKey(Key key) : key_(key) {}
  [[nodiscard]] const Key& of(base::DataClass data_class);
  [[nodiscard]] base::ByteView bytes() const { return key_.bytes(); }

 private:
  Key key_;
  std::array<std::optional<Key>, base::data_class_codes.size()> classes_;
};

/// Ed25519 (RFC 8032).
class Signer {
 public:
  explicit Signer(const Digest& seed);
  ~Signer();
  [[nodiscard]] std::string sign(std::string_view text) const;  ///< 64 bytes
  [[nodiscard]] base::ByteView public_key() const { return public_; }

 private:
  std::array<std::uint8_t, 64> secret_{};
  Digest public_{};
};
[[nodiscard]] bool verify(base::ByteView public_key, std::string_view text, base::ByteView signature);

/// The key that opens an instance. Everything else is derived from it or sealed under it.
class InstanceKey {
 public:
  [[nodiscard]] static InstanceKey draw(base::Random& random);
  /// Reads `path` (mode 0600, or refused), or makes it where it is absent and `create` is set. With a passphrase the
  /// file holds the key sealed under argon2id of it.
  [[nodiscard]] static base::Result<InstanceKey> load(const std::string& path, std::string_view passphrase, bool create,
                                                      base::Random& random);

  [[nodiscard]] base::Bytes wrap(const base::PersonId& person, const PersonKey& key, base::Random& random) const;
  [[nodiscard]] base::Result<PersonKey> unwrap(const base::PersonId& person, base::ByteView wrapped) const;
  [[nodiscard]] base::Bytes seal_document(std::string_view collection, std::string_view name, base::ByteView plain,
                                          base::Random& random) const;
  [[nodiscard]] base::Result<base::Bytes> open_document(std::string_view collection, std::string_view name,
                                                        base::ByteView sealed) const;
  [[nodiscard]] Digest hold_code_digest(std::string_view code) const;  ///< keyed, so that a stolen disk yields no codes
  [[nodiscard]] Signer signer(std::string_view purpose) const;
  [[nodiscard]] Digest derive(std::string_view info) const { return hkdf_sha256(key_.bytes(), info); }

 private:
  explicit InstanceKey(Key key) : key_(key) {}
  Key key_;
};

// --- people's secrets ---

/// argon2id (RFC 9106) in its PHC string; 19 MiB and 2 passes, as OWASP gives for passwords.
[[nodiscard]] base::Result<std::string> hash_password(std::string_view password);
[[nodiscard]] bool check_password(std::string_view hash, std::string_view password);

/// TOTP (RFC 6238): the time step that `code` is right for, one step of 30 s early or late allowed; nullopt otherwise.
[[nodiscard]] std::optional<std::int64_t> check_totp(base::ByteView secret, std::string_view code,
                                                     std::int64_t unix_seconds);
[[nodiscard]] std::string totp_code(base::ByteView secret, std::int64_t unix_seconds);
/// The secret as authenticators take it: base32 of RFC 4648, no padding.
[[nodiscard]] std::string totp_secret_text(base::ByteView secret);

/// 32 random bytes, base64url.
[[nodiscard]] std::string draw_token(base::Random& random);
/// Ten characters that survive a telephone, the last a check character: "7f3k2-m9qpx".
[[nodiscard]] std::string draw_hold_code(base::Random& random);
/// The code in its one spelling, from whatever a person typed; nullopt where the check character is wrong.
[[nodiscard]] std::optional<std::string> normal_hold_code(std::string_view typed);

}  // namespace remedium::crypto
