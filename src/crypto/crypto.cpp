#include "crypto/crypto.h"

#include <fmt/format.h>
#include <liboath/oath.h>
#include <sodium.h>
#include <sys/stat.h>

#include <fcntl.h>
#include <unistd.h>
#include <cstdlib>
#include <cstring>

namespace remedium::crypto {

namespace {

using base::Bytes;
using base::ByteView;
using base::ErrorKind;

constexpr std::size_t nonce_size = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES;
constexpr std::size_t tag_size = crypto_aead_xchacha20poly1305_ietf_ABYTES;
constexpr std::string_view key_rule = "SAFETY: Keys";

std::unexpected<base::Error> does_not_open() {
  return base::fail({ErrorKind::corrupt, "does_not_open",
                     "A stored value does not open: it was changed, moved, or sealed under another key.",
                     std::string(key_rule), "Stop, keep the data as it is, and verify the ledger.", ""});
}

/// record ‖ field ‖ 0 ‖ version, in a small buffer.
struct AdditionalData {
  std::array<std::uint8_t, 96> bytes{};
  std::size_t size = 0;
  explicit AdditionalData(const Place& place) {
    append(place.record.data(), place.record.size());
    append(place.field.data(), place.field.size());
    bytes[size++] = 0;
    for (unsigned shift = 0; shift < 64; shift += 8) bytes[size++] = static_cast<std::uint8_t>(place.version >> shift);
  }
  void append(const void* data, std::size_t count) {
    if (size + count > bytes.size() - 9) std::abort();  // a programmer's mistake: field names are ours and short
    if (count == 0) return;                             // an empty part may have no address
    std::memcpy(bytes.data() + size, data, count);
    size += count;
  }
};

std::unexpected<base::Error> key_file_error(std::string code, std::string message, std::string next) {
  return base::fail({ErrorKind::unavailable, std::move(code), std::move(message), std::string(key_rule),
                     std::move(next), "key-file"});
}

}  // namespace

bool initialise() {
  return sodium_init() >= 0 && oath_init() == OATH_OK;
}

void SystemRandom::fill(std::span<std::uint8_t> bytes) {
  randombytes_buf(bytes.data(), bytes.size());
}

Digest sha256(ByteView bytes) {
  Digest digest;
  crypto_hash_sha256(digest.data(), bytes.data(), bytes.size());
  return digest;
}

Digest hkdf_sha256(ByteView key, std::string_view info) {
  const Digest salt{};
  Digest extracted;
  crypto_auth_hmacsha256_state state;
  crypto_auth_hmacsha256_init(&state, salt.data(), salt.size());
  crypto_auth_hmacsha256_update(&state, key.data(), key.size());
  crypto_auth_hmacsha256_final(&state, extracted.data());
  Digest expanded;
  const std::uint8_t counter = 1;
  crypto_auth_hmacsha256_init(&state, extracted.data(), extracted.size());
  crypto_auth_hmacsha256_update(&state, reinterpret_cast<const std::uint8_t*>(info.data()), info.size());
  crypto_auth_hmacsha256_update(&state, &counter, 1);
  crypto_auth_hmacsha256_final(&state, expanded.data());
  sodium_memzero(extracted.data(), extracted.size());
  return expanded;
}

bool equal(ByteView a, ByteView b) {
  return a.size() == b.size() && sodium_memcmp(a.data(), b.data(), a.size()) == 0;
}

Key::~Key() {
  sodium_memzero(bytes_.data(), bytes_.size());
}

Bytes seal(const Key& key, const Place& place, ByteView plain, base::Random& random) {
  Bytes sealed(nonce_size + plain.size() + tag_size);
  random.fill(std::span(sealed).first(nonce_size));
  const AdditionalData additional(place);
  crypto_aead_xchacha20poly1305_ietf_encrypt(sealed.data() + nonce_size, nullptr, plain.data(), plain.size(),
                                             additional.bytes.data(), additional.size, nullptr, sealed.data(),
                                             key.bytes().data());
  return sealed;
}

base::Result<Bytes> open(const Key& key, const Place& place, ByteView sealed) {
  if (sealed.size() < nonce_size + tag_size) return does_not_open();
  Bytes plain(sealed.size() - nonce_size - tag_size);
  const AdditionalData additional(place);
  const int failed = crypto_aead_xchacha20poly1305_ietf_decrypt(
      plain.data(), nullptr, nullptr, sealed.data() + nonce_size, sealed.size() - nonce_size, additional.bytes.data(),
      additional.size, sealed.data(), key.bytes().data());
  if (failed != 0) return does_not_open();
  return plain;
}

PersonKey PersonKey::draw(base::Random& random) {
  Digest bytes;
  random.fill(bytes);
  PersonKey key{Key(bytes)};
  sodium_memzero(bytes.data(), bytes.size());
  return key;
}

const Key& PersonKey::of(base::DataClass data_class) {
  auto& derived = classes_[static_cast<std::size_t>(data_class)];
  if (!derived) derived = Key(hkdf_sha256(key_.bytes(), fmt::format("remedium/v1/{}/1", base::code(data_class))));
  return *derived;
}

Signer::Signer(const Digest& seed) {
  crypto_sign_seed_keypair(public_.data(), secret_.data(), seed.data());
}
Signer::~Signer() {
  sodium_memzero(secret_.data(), secret_.size());
}

std::string Signer::sign(std::string_view text) const {
  std::string signature(crypto_sign_BYTES, '\0');
  crypto_sign_detached(reinterpret_cast<std::uint8_t*>(signature.data()), nullptr,
                       reinterpret_cast<const std::uint8_t*>(text.data()), text.size(), secret_.data());
  return signature;
}

bool verify(ByteView public_key, std::string_view text, ByteView signature) {
  return public_key.size() == crypto_sign_PUBLICKEYBYTES && signature.size() == crypto_sign_BYTES &&
         crypto_sign_verify_detached(signature.data(), reinterpret_cast<const std::uint8_t*>(text.data()), text.size(),
                                     public_key.data()) == 0;
}

InstanceKey InstanceKey::draw(base::Random& random) {
  Digest bytes;
  random.fill(bytes);
  return InstanceKey(Key(bytes));
}

namespace {

/// Under which a passphrase seals the key file.
base::Result<Key> passphrase_key(std::string_view passphrase, ByteView salt) {
  Digest bytes;
  if (crypto_pwhash(bytes.data(), bytes.size(), passphrase.data(), passphrase.size(), salt.data(),
                    crypto_pwhash_OPSLIMIT_MODERATE, crypto_pwhash_MEMLIMIT_MODERATE,
                    crypto_pwhash_ALG_ARGON2ID13) != 0) {
    return key_file_error("no_memory", "There is not enough memory to open the key file.",
                          "Free 256 MiB and start again.");
  }
  return Key(bytes);
}

constexpr std::string_view plain_mark = "remedium key 1 plain\n";
constexpr std::string_view sealed_mark = "remedium key 1 argon2id\n";
const Place key_place{.record = {}, .field = "instance key", .version = 1};

base::Result<std::string> read_key_file(const std::string& path) {
  const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0)
    return key_file_error("no_key_file", "The key file cannot be read.",
                          fmt::format("Give --key-file, or put it at {}.", path));
  struct stat status{};
  std::string text(400, '\0');
  const bool known = fstat(file, &status) == 0;
  const auto size = read(file, text.data(), text.size());
  close(file);
  if (!known || (status.st_mode & 077U) != 0) {
    return key_file_error("open_key_file", "The key file can be read by others.",
                          fmt::format("Run: chmod 600 {}", path));
  }
  if (size <= 0) return key_file_error("no_key_file", "The key file is empty.", "Restore it from its backup.");
  text.resize(static_cast<std::size_t>(size));
  return text;
}

base::Status write_key_file(const std::string& path, std::string_view text) {
  const int file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (file < 0)
    return key_file_error("no_key_file", "The key file cannot be made.",
                          fmt::format("Make its folder, writable by you alone: {}", path));
  const bool written = write(file, text.data(), text.size()) == static_cast<ssize_t>(text.size()) && fsync(file) == 0;
  close(file);
  if (!written)
    return key_file_error("no_key_file", "The key file could not be written.", "Free some space and start again.");
  return {};
}

}  // namespace

base::Result<InstanceKey> InstanceKey::load(const std::string& path, std::string_view passphrase, bool create,
                                            base::Random& random) {
  if (create && access(path.c_str(), F_OK) != 0) {
    auto fresh = draw(random);
    std::string text;
    if (passphrase.empty()) {
      text = std::string(plain_mark) + base::to_base64(fresh.key_.bytes()) + "\n";
    } else {
      Bytes salt(crypto_pwhash_SALTBYTES);
      random.fill(salt);
      TRY(const auto key, passphrase_key(passphrase, salt));
      text = std::string(sealed_mark) + base::to_base64(salt) + "\n" +
             base::to_base64(seal(key, key_place, fresh.key_.bytes(), random)) + "\n";
    }
    TRY_STATUS(write_key_file(path, text));
    return fresh;
  }
  TRY(const std::string text, read_key_file(path));
  std::string_view rest = text;
  const auto line = [&rest]() {
    const auto end = rest.find('\n');
    const auto result = base::from_base64(rest.substr(0, end)).value_or(Bytes{});
    rest = end == std::string_view::npos ? std::string_view{} : rest.substr(end + 1);
    return result;
  };
  Bytes bytes;
  if (rest.starts_with(plain_mark)) {
    rest.remove_prefix(plain_mark.size());
    bytes = line();
  } else if (rest.starts_with(sealed_mark)) {
    if (passphrase.empty())
      return key_file_error("passphrase_needed", "The key file is sealed by a passphrase.",
                            "Give it in REMEDIUM_PASSPHRASE.");
    rest.remove_prefix(sealed_mark.size());
    const auto salt = line();
    if (salt.size() != crypto_pwhash_SALTBYTES)
      return key_file_error("bad_key_file", "This is not a key file.", "Restore it from its backup.");
    TRY(const auto key, passphrase_key(passphrase, salt));
    auto opened = crypto::open(key, key_place, line());
    if (!opened) return key_file_error("wrong_passphrase", "The passphrase does not open the key file.", "Try again.");
    bytes = std::move(*opened);
  }
  if (bytes.size() != 32)
    return key_file_error("bad_key_file", "This is not a key file.", "Restore it from its backup.");
  Digest key;
  std::memcpy(key.data(), bytes.data(), key.size());
  sodium_memzero(bytes.data(), bytes.size());
  return InstanceKey(Key(key));
}

Bytes InstanceKey::wrap(const base::PersonId& person, const PersonKey& key, base::Random& random) const {
  return seal(Key(derive("remedium/v1/person keys")), {person.bytes(), "person key", 1}, key.bytes(), random);
}

base::Result<PersonKey> InstanceKey::unwrap(const base::PersonId& person, ByteView wrapped) const {
  TRY(auto bytes, open(Key(derive("remedium/v1/person keys")), {person.bytes(), "person key", 1}, wrapped));
  if (bytes.size() != 32) return does_not_open();
  Digest key;
  std::memcpy(key.data(), bytes.data(), key.size());
  sodium_memzero(bytes.data(), bytes.size());
  return PersonKey{Key(key)};
}

Bytes InstanceKey::seal_document(std::string_view collection, std::string_view name, ByteView plain,
                                 base::Random& random) const {
  const auto record = sha256(base::bytes_of(fmt::format("{}\n{}", collection, name)));
  return seal(Key(derive("remedium/v1/documents")), {record, "document", 1}, plain, random);
}

base::Result<Bytes> InstanceKey::open_document(std::string_view collection, std::string_view name,
                                               ByteView sealed) const {
  const auto record = sha256(base::bytes_of(fmt::format("{}\n{}", collection, name)));
  return open(Key(derive("remedium/v1/documents")), {record, "document", 1}, sealed);
}

Digest InstanceKey::hold_code_digest(std::string_view code) const {
  const auto key = derive("remedium/v1/hold codes");
  Digest digest;
  crypto_generichash(digest.data(), digest.size(), reinterpret_cast<const std::uint8_t*>(code.data()), code.size(),
                     key.data(), key.size());
  return digest;
}

Signer InstanceKey::signer(std::string_view purpose) const {
  return Signer(derive(fmt::format("remedium/v1/signing/{}", purpose)));
}

base::Result<std::string> hash_password(std::string_view password) {
  std::array<char, crypto_pwhash_STRBYTES> text{};
  if (crypto_pwhash_str_alg(text.data(), password.data(), password.size(), 2, std::size_t{19} << 20U,
                            crypto_pwhash_ALG_ARGON2ID13) != 0) {
    return base::fail({ErrorKind::unavailable, "no_memory", "There is not enough memory to check a password.",
                       "SAFETY: sign-in", "Try again.", ""});
  }
  return std::string(text.data());
}

bool check_password(std::string_view hash, std::string_view password) {
  return crypto_pwhash_str_verify(std::string(hash).c_str(), password.data(), password.size()) == 0;
}

std::string totp_code(ByteView secret, std::int64_t unix_seconds) {
  std::array<char, 16> code{};
  oath_totp_generate(reinterpret_cast<const char*>(secret.data()), secret.size(), unix_seconds, 30, 0, 6, code.data());
  return code.data();
}

std::optional<std::int64_t> check_totp(ByteView secret, std::string_view code, std::int64_t unix_seconds) {
  std::optional<std::int64_t> accepted;
  for (const std::int64_t step : {-1, 0, 1}) {
    const auto at = unix_seconds + step * 30;
    if (equal(base::bytes_of(totp_code(secret, at)), base::bytes_of(code))) accepted = at / 30;
  }
  return accepted;
}

std::string totp_secret_text(ByteView secret) {
  char* text = nullptr;
  std::size_t size = 0;
  if (oath_base32_encode(reinterpret_cast<const char*>(secret.data()), secret.size(), &text, &size) != OATH_OK)
    return {};
  std::string result(text, size);
  std::free(text);  // NOLINT(cppcoreguidelines-no-malloc): liboath's contract
  while (result.ends_with('=')) result.pop_back();
  return result;
}

std::string draw_token(base::Random& random) {
  Digest bytes;
  random.fill(bytes);
  return base::to_base64url(bytes);
}

namespace {

/// 31 of them, a prime: a check sum modulo 31 then tells any one from any other.
constexpr std::string_view code_digits = "0123456789abcdefghjkmnpqrstvwxy";

/// A weighted sum modulo 31 of the first nine: any one wrong character, and any swap of neighbours, shows.
char check_character(std::string_view nine) {
  unsigned sum = 0;
  for (std::size_t i = 0; i < nine.size(); ++i)
    sum = (sum * 3 + static_cast<unsigned>(code_digits.find(nine[i])) + 1) % 31;
  return code_digits[sum];
}

}  // namespace

std::string draw_hold_code(base::Random& random) {
  std::array<std::uint8_t, 9> bytes;
  random.fill(bytes);
  std::string code;
  for (const auto byte : bytes) code += code_digits[byte % 31U];
  code += check_character(code);
  return code.substr(0, 5) + "-" + code.substr(5);
}

std::optional<std::string> normal_hold_code(std::string_view typed) {
  std::string code;
  for (const char c : typed) {
    if (c == '-' || c == ' ') continue;
    char lower = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    if (lower == 'o') lower = '0';
    if (lower == 'i' || lower == 'l') lower = '1';
    if (code_digits.find(lower) == std::string_view::npos || code.size() > 10) return std::nullopt;
    code += lower;
  }
  if (code.size() != 10 || check_character(std::string_view(code).substr(0, 9)) != code[9]) return std::nullopt;
  return code.substr(0, 5) + "-" + code.substr(5);
}

}  // namespace remedium::crypto
