// The server with a constant answer of a given size: what the transport alone costs, beside which the routes are
// measured.
//
//   http_floor [--port 0] [--size 200] [--threads 2]     prints its port, serves until end of input or a signal
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <memory>
#include <string>

#include "http/server.h"

int main(int argc, char** argv) {
  remedium::http::ServerOptions options;
  options.port = 0;
  std::size_t size = 200;
  CLI::App cli("Serves one constant JSON body.");
  cli.add_option("--port", options.port);
  cli.add_option("--size", size)->check(CLI::Range(2, 100'000'000));
  cli.add_option("--threads", options.threads)->check(CLI::Range(1, 64));
  CLI11_PARSE(cli, argc, argv);
  const auto body = std::make_shared<const std::string>("\"" + std::string(size - 2, 'x') + "\"");
  auto server =
      remedium::http::Server::start(options, [body](remedium::http::Request&&, remedium::http::Responder respond) {
        respond({.content_type = "application/json", .shared_body = body});
      });
  if (!server) {
    fmt::print(stderr, "http_floor: {}\n", server.error().message);
    return 1;
  }
  fmt::print("{}\n", (*server)->port());
  std::fflush(stdout);
  while (std::getchar() != EOF) {
  }
  return 0;
}
