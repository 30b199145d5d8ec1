// A load generator for the benches: many keep-alive connections from one thread with epoll, each with one request in
// flight.
//
//   http_load --port 8080 [--connections 32] [--seconds 5] [--warm-up 1] [--requests FILE] [--header 'Authorization:
//   Bearer …']
//
// FILE has one request a line: METHOD PATH [BODY], BODY being JSON; `{n}` in either becomes a number that is never used
// twice, so that a create or an idempotency key is new each time (`{n}` in --header too). Without FILE: GET /. Prints
// one line of JSON; exits 1 where any request failed (a status of 400 or above, or a broken connection).
#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <fstream>
#include <string>
#include <vector>

#include <fmt/format.h>

namespace {

using Clock = std::chrono::steady_clock;

struct Options {
  std::string address = "127.0.0.1";
  std::uint16_t port = 8080;
  std::size_t connections = 32;
  double seconds = 5;
  double warm_up = 1;
  std::string requests;
  std::vector<std::string> headers;
};

std::string replaced(std::string text, std::uint64_t n) {
  const auto number = std::to_string(n);
  for (auto at = text.find("{n}"); at != std::string::npos; at = text.find("{n}", at + number.size()))
    text.replace(at, 3, number);
  return text;
}

struct Template {
  std::string method = "GET";
  std::string path = "/";
  std::string body;
};

/// The requests in their order, over and over.
class Source {
 public:
  explicit Source(const Options& options) : numbered_(false) {
    std::vector<Template> templates;
    if (options.requests.empty()) templates.emplace_back();
    std::ifstream file(options.requests);
    for (std::string line; !options.requests.empty() && std::getline(file, line);) {
      if (line.empty() || line[0] == '#') continue;
      const auto first = line.find(' ');
      const auto second = first == std::string::npos ? first : line.find(' ', first + 1);
      if (first == std::string::npos) continue;
      templates.push_back({line.substr(0, first), line.substr(first + 1, second - first - 1),
                           second == std::string::npos ? "" : line.substr(second + 1)});
    }
    for (const auto& one : templates) {
      std::string head =
          fmt::format("{} {} HTTP/1.1\r\nHost: {}:{}\r\n", one.method, one.path, options.address, options.port);
      for (const auto& header : options.headers) head += header + "\r\n";
      parts_.emplace_back(std::move(head), one.body);
      numbered_ = numbered_ || parts_.back().first.find("{n}") != std::string::npos ||
                  one.body.find("{n}") != std::string::npos;
      whole_.push_back(complete(parts_.back().first, one.body));
    }
  }
  [[nodiscard]] bool empty() const { return whole_.empty(); }
  [[nodiscard]] std::string next() {
    const auto n = count_++;
    const auto which = static_cast<std::size_t>(n % whole_.size());
    if (!numbered_) return whole_[which];
    return complete(replaced(parts_[which].first, start_ + n), replaced(parts_[which].second, start_ + n));
  }

 private:
  static std::string complete(const std::string& head, const std::string& body) {
    if (body.empty()) return head + "\r\n";
    return fmt::format("{}Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{}", head, body.size(), body);
  }
  bool numbered_;
  std::uint64_t count_ = 0;
  /// Two runs against one server use different numbers.
  std::uint64_t start_ = static_cast<std::uint64_t>(std::chrono::system_clock::now().time_since_epoch().count());
  std::vector<std::pair<std::string, std::string>> parts_;
  std::vector<std::string> whole_;
};

struct Connection {
  int socket = -1;
  std::string seen;
  std::size_t expected = 0;  ///< bytes of the whole response; 0: its head is not here yet
  int status = 0;
  Clock::time_point sent;
};

struct Totals {
  std::uint64_t requests = 0;
  std::uint64_t errors = 0;
  std::uint64_t bytes = 0;
  std::vector<std::uint32_t> latencies_us;
  std::array<std::uint64_t, 6> by_class{};
};

int open_socket(const Options& options) {
  const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(options.port);
  if (::inet_pton(AF_INET, options.address.c_str(), &address.sin_addr) != 1 ||
      ::connect(socket, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
    ::close(socket);
    return -1;
  }
  const int on = 1;
  ::setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  return socket;
}

class Load {
 public:
  explicit Load(const Options& options) : options_(options), source_(options), epoll_(::epoll_create1(EPOLL_CLOEXEC)) {}
  Load(const Load&) = delete;
  Load& operator=(const Load&) = delete;
  ~Load() {
    for (const auto& one : connections_) {
      if (one.socket >= 0) ::close(one.socket);
    }
    ::close(epoll_);
  }

  int run() {
    if (source_.empty()) return complain("there is no request in the file");
    connections_.resize(options_.connections);
    for (auto& one : connections_) {
      if (!connect(one)) return complain("cannot connect");
    }
    drive(options_.warm_up);
    totals_ = {};
    totals_.latencies_us.reserve(4'000'000);
    const auto start = Clock::now();
    drive(options_.seconds);
    report(std::chrono::duration<double>(Clock::now() - start).count());
    return totals_.errors == 0 && totals_.requests > 0 ? 0 : 1;
  }

 private:
  static int complain(const char* what) {
    std::fprintf(stderr, "http_load: %s\n", what);
    return 2;
  }

  bool connect(Connection& one) {
    one = {};
    one.socket = open_socket(options_);
    if (one.socket < 0) return false;
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.ptr = &one;
    ::epoll_ctl(epoll_, EPOLL_CTL_ADD, one.socket, &event);
    return ask(one);
  }

  bool ask(Connection& one) {
    const auto request = source_.next();
    one.expected = 0;
    one.sent = Clock::now();
    // Loopback takes a request whole; a body too large for the socket's buffer waits here.
    return ::send(one.socket, request.data(), request.size(), MSG_NOSIGNAL) == static_cast<ssize_t>(request.size());
  }

  void drive(double seconds) {
    const auto until =
        Clock::now() + std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(seconds));
    std::array<epoll_event, 256> events{};
    while (Clock::now() < until) {
      const int count = ::epoll_wait(epoll_, events.data(), static_cast<int>(events.size()), 100);
      for (int i = 0; i < count; ++i) {
        auto& one = *static_cast<Connection*>(events[static_cast<std::size_t>(i)].data.ptr);
        if (!readable(one)) again(one);
      }
    }
  }

  void again(Connection& one) {
    ++totals_.errors;
    ::close(one.socket);
    if (!connect(one)) ::usleep(1000);
  }

  bool readable(Connection& one) {
    const auto read = ::recv(one.socket, buffer_.data(), buffer_.size(), MSG_DONTWAIT);
    if (read < 0 && errno == EAGAIN) return true;
    if (read <= 0) return false;
    one.seen.append(buffer_.data(), static_cast<std::size_t>(read));
    if (one.expected == 0 && !head(one)) return true;
    if (one.seen.size() < one.expected) return true;
    const auto took = std::chrono::duration_cast<std::chrono::microseconds>(Clock::now() - one.sent).count();
    totals_.latencies_us.push_back(static_cast<std::uint32_t>(took));
    ++totals_.requests;
    totals_.bytes += one.expected;
    ++totals_.by_class[static_cast<std::size_t>(std::clamp(one.status / 100, 0, 5))];
    if (one.status >= 400 || one.status < 200) ++totals_.errors;
    const bool closing = one.seen.find("Connection: close") < one.expected;
    one.seen.erase(0, one.expected);
    if (!closing) return ask(one);
    ::close(one.socket);
    return connect(one);
  }

  static bool head(Connection& one) {
    const auto end = one.seen.find("\r\n\r\n");
    if (end == std::string::npos) return false;
    one.status = std::atoi(one.seen.c_str() + 9);
    const auto length = one.seen.find("Content-Length: ");
    one.expected = end + 4 + (length < end ? static_cast<std::size_t>(std::atoll(one.seen.c_str() + length + 16)) : 0);
    return true;
  }

  void report(double seconds) {
    auto& all = totals_.latencies_us;
    std::sort(all.begin(), all.end());
    const auto at = [&](double share) {
      return all.empty()
                 ? 0U
                 : all[std::min(all.size() - 1, static_cast<std::size_t>(share * static_cast<double>(all.size())))];
    };
    fmt::print(
        "{{\"connections\":{},\"seconds\":{:.2f},\"requests\":{},\"requests_per_second\":{:.0f},\"errors\":{},\"p50_"
        "us\":{},\"p90_us\":{},\"p99_us\":{},"
        "\"p999_us\":{},\"max_us\":{},\"bytes\":{},\"status_2xx\":{},\"status_3xx\":{},\"status_4xx\":{},\"status_"
        "5xx\":{}}}\n",
        options_.connections, seconds, totals_.requests, static_cast<double>(totals_.requests) / seconds,
        totals_.errors, at(0.5), at(0.9), at(0.99), at(0.999), all.empty() ? 0U : all.back(), totals_.bytes,
        totals_.by_class[2], totals_.by_class[3], totals_.by_class[4], totals_.by_class[5]);
  }

  const Options& options_;
  Source source_;
  int epoll_;
  std::vector<Connection> connections_;
  Totals totals_;
  std::array<char, 65536> buffer_{};
};

}  // namespace

int main(int argc, char** argv) {
  Options options;
  CLI::App cli("Loads an HTTP server over keep-alive connections and prints what it did as JSON.");
  cli.add_option("--address", options.address);
  cli.add_option("--port", options.port)->required();
  cli.add_option("--connections", options.connections)->check(CLI::Range(1, 20'000));
  cli.add_option("--seconds", options.seconds)->check(CLI::Range(0.1, 3600.0));
  cli.add_option("--warm-up", options.warm_up)->check(CLI::Range(0.0, 60.0));
  cli.add_option("--requests", options.requests)->check(CLI::ExistingFile);
  cli.add_option("--header", options.headers)->expected(1)->take_all();
  CLI11_PARSE(cli, argc, argv);
  return Load(options).run();
}
