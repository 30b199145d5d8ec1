// remedium serve: the server. remedium totp: the code of this moment.

#include <fmt/format.h>

#include <chrono>
#include <csignal>
#include <cstdlib>
#include <filesystem>

#include "base/json.h"
#include "cli/commands.h"
#include "crypto/crypto.h"
#include "http/api.h"
#include "http/server.h"

namespace remedium::cli {

namespace {

struct Options {
  std::string data = "data";
  std::string listen = "127.0.0.1:8080";
  std::string key_file;
  std::string law;
  bool demo = false;
  bool json = false;
};

base::Result<std::unique_ptr<app::App>> open(const Options& options, SystemClock& clock, crypto::SystemRandom& random) {
  app::Options app_options;
  app_options.directory = options.data;
  app_options.key_file = options.key_file.empty() ? default_key_file(options.data) : options.key_file;
  if (const char* passphrase = std::getenv("REMEDIUM_PASSPHRASE"); passphrase != nullptr)
    app_options.passphrase = passphrase;
  TRY(app_options.law, law_files(options.law));
  app_options.clock = &clock;
  app_options.random = &random;
  return app::App::open(std::move(app_options));
}

std::string code_now(std::string_view totp_secret, const SystemClock& clock) {
  // The secret is shown in an authenticator's base32 (RFC 4648); the code wants its bytes.
  base::Bytes secret;
  std::uint32_t buffer = 0;
  unsigned held = 0;
  for (const char c : totp_secret) {
    const auto digit = c >= 'A' && c <= 'Z' ? c - 'A' : c - '2' + 26;
    buffer = (buffer << 5U) | static_cast<std::uint32_t>(digit);
    held += 5;
    if (held >= 8) {
      held -= 8;
      secret.push_back(static_cast<std::uint8_t>(buffer >> held));
    }
  }
  return crypto::totp_code(secret, clock.now().microseconds / 1'000'000);
}

void say_demo(const app::Demo& demo, const SystemClock& clock, std::string_view url, bool as_json) {
  if (as_json) {
    std::string out;
    base::JsonWriter json(out);
    json.begin_object();
    if (!url.empty()) json.field("url", url);
    json.field("hold_code", demo.hold_code).field("hold_case", demo.hold_case).key("accounts").begin_array();
    for (const auto& account : demo.accounts) {
      json.begin_object()
          .field("official", account.official)
          .field("login", account.login)
          .field("password", account.password)
          .field("totp_secret", account.totp_secret)
          .field("code_now", code_now(account.totp_secret, clock))
          .field("role", account.role)
          .field("agency", account.agency)
          .end_object();
    }
    json.end_array().end_object();
    fmt::print("{}\n", out);
  } else {
    fmt::print("Demonstration State. No person in it exists. Sign in with:\n\n  {:16} {:18} {:34} {:7} {}\n", "name",
               "password", "secret for an authenticator", "code", "role, agency");
    for (const auto& account : demo.accounts) {
      fmt::print("  {:16} {:18} {:34} {:7} {}, {}\n", account.login, account.password, account.totp_secret,
                 code_now(account.totp_secret, clock), account.role, account.agency);
    }
    fmt::print(
        "\nA code lasts 30 seconds and is used once; an authenticator, or `remedium totp SECRET`, gives the "
        "next.\nHold code of case {} for the border check: {}\n",
        demo.hold_case, demo.hold_code);
  }
  std::fflush(stdout);
}

int serve(const Options& options) {
  const auto colon = options.listen.rfind(':');
  http::ServerOptions server_options;
  const auto port_text = colon == std::string::npos ? std::string() : options.listen.substr(colon + 1);
  if (port_text.empty() || port_text.size() > 5 || port_text.find_first_not_of("0123456789") != std::string::npos ||
      std::stoi(port_text) > 65535) {
    return say(base::invalid("listen", "bad_address", "This is not ADDRESS:PORT.", "", "Write 127.0.0.1:8080.").error(),
               options.json);
  }
  server_options.address = options.listen.substr(0, colon);
  server_options.port = static_cast<std::uint16_t>(std::stoi(port_text));

  SystemClock clock;
  crypto::SystemRandom random;
  auto app = open(options, clock, random);
  if (!app) return say(app.error(), options.json);
  std::optional<app::Demo> demo;
  if (options.demo) {
    auto existing = (*app)->demo();
    if (!existing) return say(existing.error(), options.json);
    demo = *existing;
    const auto cases = (*app)->store().count_cases();
    if (!demo && cases && *cases == 0) {
      std::fputs("remedium: loading the demonstration State\n", stderr);
      auto loaded = (*app)->load_demo(20'120'705);
      if (!loaded) return say(loaded.error(), options.json);
      demo = std::move(*loaded);
    }
  }
  // Signals are waited for, not handled: block them before any thread starts.
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGINT);
  sigaddset(&signals, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  auto server = http::Server::start(server_options, http::make_handler(**app));
  if (!server) return say(server.error(), options.json);
  const auto url = fmt::format("http://{}:{}", server_options.address, (*server)->port());
  if (!options.json) fmt::print("Remedium serves on {}\n", url);
  if (demo)
    say_demo(*demo, clock, url, options.json);
  else if (options.json)
    fmt::print("{{\"url\":\"{}\"}}\n", url);
  std::fflush(stdout);
  int signal = 0;
  sigwait(&signals, &signal);
  std::fputs("remedium: stopping\n", stderr);
  server->reset();
  return 0;
}

void add_common(CLI::App& verb, const std::shared_ptr<Options>& options) {
  verb.add_option("--data", options->data, "Folder of the data")->capture_default_str();
  verb.add_option("--key-file", options->key_file,
                  "File of the instance key; never beside the data (default: in the user's configuration)");
  verb.add_option("--law", options->law, "Folder of law files (default: those in the program)");
  verb.add_flag("--json", options->json, "JSON on standard output");
}

}  // namespace

base::Instant SystemClock::now() const {
  return {std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::system_clock::now().time_since_epoch())
              .count()};
}
std::int64_t SystemClock::monotonic_us() const {
  return std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

std::string default_key_file(const std::string& data_folder) {
  const char* config = std::getenv("XDG_CONFIG_HOME");
  const char* home = std::getenv("HOME");
  const auto base_folder =
      config != nullptr ? std::string(config) : std::string(home != nullptr ? home : "/root") + "/.config";
  std::error_code ec;
  const auto absolute = std::filesystem::weakly_canonical(std::filesystem::absolute(data_folder), ec).string();
  const auto digest = base::to_hex(crypto::sha256(base::bytes_of(absolute)));
  return fmt::format("{}/remedium/keys/{}.key", base_folder, digest.substr(0, 16));
}

int say(const base::Error& error, bool as_json) {
  if (as_json) {
    std::string out;
    base::JsonWriter json(out);
    json.begin_object()
        .key("error")
        .begin_object()
        .field("code", error.code)
        .field("message", error.message)
        .field("rule", error.rule)
        .field("next", error.next)
        .field("field", error.field)
        .end_object()
        .end_object();
    fmt::print("{}\n", out);
  }
  fmt::print(stderr, "remedium: {}{}\n  {}{}{}\n", error.field.empty() ? "" : error.field + ": ", error.message,
             error.next, error.rule.empty() ? "" : "  Rule: ", error.rule);
  return 1;
}

void add_serve(CLI::App& program, Run& run) {
  auto options = std::make_shared<Options>();
  auto* verb = program.add_subcommand("serve", "Serve the application and its API");
  add_common(*verb, options);
  verb->add_option("--listen", options->listen, "ADDRESS:PORT")->capture_default_str();
  verb->add_flag("--demo", options->demo,
                 "Load the demonstration State where the store is empty, and print its accounts");
  verb->callback([options, &run] { run = [options] { return serve(*options); }; });
  auto secret = std::make_shared<std::string>();
  auto* totp =
      program.add_subcommand("totp", "The six-digit code of this moment, for a secret as authenticators take it");
  totp->add_option("secret", *secret, "Base32")->required();
  totp->callback([secret, &run] {
    run = [secret] {
      if (secret->empty() || secret->find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567") != std::string::npos) {
        return say(base::invalid("secret", "bad_secret", "This is not a secret in base32.", "RFC 4648",
                                 "Copy it as it was shown, in capital letters.")
                       .error(),
                   false);
      }
      fmt::print("{}\n", code_now(*secret, SystemClock()));
      return 0;
    };
  });
}

}  // namespace remedium::cli
