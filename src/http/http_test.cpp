// The server against clients that mean harm, over real sockets on 127.0.0.1; and what stands around it: forms, routes,
// problems, the OpenAPI document.
#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <chrono>
#include <cstdlib>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "base/json.h"
#include "base/random.h"
#include "casework/act.h"
#include "http/api.h"
#include "http/message.h"
#include "http/routes.h"
#include "http/server.h"

namespace remedium::http {
namespace {

using namespace std::chrono_literals;

/// A client that sends the bytes it is given and reads what comes.
class Wire {
 public:
  explicit Wire(std::uint16_t port) : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    connected_ = ::connect(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
  }
  Wire(Wire&& other) noexcept
      : socket_(std::exchange(other.socket_, -1)), connected_(other.connected_), seen_(std::move(other.seen_)) {}
  Wire(const Wire&) = delete;
  Wire& operator=(const Wire&) = delete;
  ~Wire() {
    if (socket_ >= 0) ::close(socket_);
  }
  [[nodiscard]] bool connected() const { return connected_; }
  bool send(std::string_view bytes) {
    while (!bytes.empty()) {
      const auto sent = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (sent <= 0) return false;
      bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
    return true;
  }
  void end_sending() { ::shutdown(socket_, SHUT_WR); }

  /// The next response: head and the body that its Content-Length announces (none after HEAD). Empty where the
  /// connection ends first.
  std::string response(bool without_body = false) {
    for (;;) {
      const auto end = seen_.find("\r\n\r\n");
      if (end != std::string::npos) {
        std::size_t size = end + 4;
        const auto length = seen_.find("Content-Length: ");
        if (!without_body && length < end) size += static_cast<std::size_t>(std::atol(seen_.c_str() + length + 16));
        if (seen_.size() >= size) {
          auto one = seen_.substr(0, size);
          seen_.erase(0, size);
          return one;
        }
      }
      if (!more()) return {};
    }
  }
  /// Whether the server closes within ten seconds; what came before is dropped.
  bool closed() {
    while (more()) seen_.clear();
    return ended_;
  }

 private:
  bool more() {
    pollfd wait{.fd = socket_, .events = POLLIN, .revents = 0};
    if (::poll(&wait, 1, 10'000) <= 0) return false;
    std::array<char, 16384> bytes{};
    const auto read = ::recv(socket_, bytes.data(), bytes.size(), 0);
    ended_ = read <= 0;
    if (read > 0) seen_.append(bytes.data(), static_cast<std::size_t>(read));
    return read > 0;
  }
  int socket_;
  bool connected_ = false;
  bool ended_ = false;
  std::string seen_;
};

int status(const std::string& response) {
  return response.size() > 12 ? std::atoi(response.c_str() + 9) : 0;
}
std::string body(const std::string& response) {
  const auto end = response.find("\r\n\r\n");
  return end == std::string::npos ? "" : response.substr(end + 4);
}

/// Says back what it was asked.
Response echo(const Request& request) {
  return {.body = request.method + " " + request.path + " " + request.body};
}

class HttpServer : public testing::Test {
 protected:
  void SetUp() override { start({}); }
  void start(ServerOptions options) {
    options.port = 0;
    server_.reset();
    auto started = Server::start(std::move(options), [this](Request&& request, Responder respond) {
      ++handled_;
      if (request.path == "/dropped") return;
      if (request.path == "/throws") throw std::runtime_error("a fault in a handler");
      if (request.path == "/inject") {
        return respond({.headers = {{"Location", "/a\r\nSet-Cookie: stolen=1"}}});
      }
      if (request.path == "/twice") {
        respond({.body = "first"});
        return respond({.body = "second"});
      }
      if (request.path == "/later") {
        const std::lock_guard lock(mutex_);
        later_.emplace_back([respond, answer = echo(request)] {
          std::this_thread::sleep_for(100ms);
          respond(answer);
        });
        return;
      }
      respond(echo(request));
    });
    ASSERT_TRUE(started) << started.error().message;
    server_ = std::move(*started);
  }
  void TearDown() override {
    server_.reset();
    for (auto& thread : later_) thread.join();
  }
  [[nodiscard]] Wire wire() const { return Wire(server_->port()); }
  std::string ask(std::string_view bytes) {
    auto client = wire();
    client.send(bytes);
    return client.response();
  }

  std::unique_ptr<Server> server_;
  std::atomic<int> handled_{0};
  std::mutex mutex_;
  std::vector<std::thread> later_;
};

struct Attack {
  const char* name;
  std::string bytes;
};
void PrintTo(const Attack& attack, std::ostream* out) {
  *out << attack.name;
}

class Framing : public HttpServer, public testing::WithParamInterface<Attack> {};
TEST_P(Framing, IsRefusedAndTheConnectionClosed) {
  auto client = wire();
  ASSERT_TRUE(client.send(GetParam().bytes));
  const auto answer = client.response();
  EXPECT_EQ(status(answer), 400) << answer;
  EXPECT_NE(answer.find("Connection: close"), std::string::npos);
  EXPECT_TRUE(client.closed());
  EXPECT_EQ(handled_, 0) << "nothing of it reached a handler";
}
const std::string host = "Host: a\r\n";
INSTANTIATE_TEST_SUITE_P(
    Attacks, Framing,
    testing::Values(
        Attack{"ContentLengthWithTransferEncoding",
               "POST / HTTP/1.1\r\n" + host + "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"},
        Attack{"TransferEncodingWithContentLength",
               "POST / HTTP/1.1\r\n" + host + "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n"},
        Attack{"TwoContentLengths", "POST / HTTP/1.1\r\n" + host + "Content-Length: 1\r\nContent-Length: 2\r\n\r\nab"},
        Attack{"OneContentLengthTwice",
               "POST / HTTP/1.1\r\n" + host + "Content-Length: 1\r\nContent-Length: 1\r\n\r\na"},
        Attack{"ContentLengthList", "POST / HTTP/1.1\r\n" + host + "Content-Length: 1, 2\r\n\r\nab"},
        Attack{"NegativeContentLength", "POST / HTTP/1.1\r\n" + host + "Content-Length: -1\r\n\r\n"},
        Attack{"SignedContentLength", "POST / HTTP/1.1\r\n" + host + "Content-Length: +1\r\n\r\na"},
        Attack{"HugeContentLength", "POST / HTTP/1.1\r\n" + host + "Content-Length: 99999999999999999999999\r\n\r\na"},
        Attack{"OtherCoding", "POST / HTTP/1.1\r\n" + host +
                                  "Transfer-Encoding: gzip\r\n\r\nGET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n"},
        Attack{"ChunkedNotLast", "POST / HTTP/1.1\r\n" + host + "Transfer-Encoding: chunked, gzip\r\n\r\n0\r\n\r\n"},
        Attack{"CodingUnderChunked",
               "POST / HTTP/1.1\r\n" + host + "Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n"},
        Attack{"ChunkedTwice", "POST / HTTP/1.1\r\n" + host +
                                   "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"},
        Attack{"ChunkedInHttp10", "POST / HTTP/1.0\r\n" + host + "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n"},
        Attack{"ChunkSizeNotHex",
               "POST / HTTP/1.1\r\n" + host + "Transfer-Encoding: chunked\r\n\r\nzz\r\nab\r\n0\r\n\r\n"},
        Attack{"ChunkSizeSigned",
               "POST / HTTP/1.1\r\n" + host + "Transfer-Encoding: chunked\r\n\r\n-1\r\nab\r\n0\r\n\r\n"},
        Attack{"ChunkSizeOverflow",
               "POST / HTTP/1.1\r\n" + host + "Transfer-Encoding: chunked\r\n\r\nfffffffffffffffff\r\nab\r\n0\r\n\r\n"},
        Attack{"ChunkLongerThanSaid",
               "POST / HTTP/1.1\r\n" + host + "Transfer-Encoding: chunked\r\n\r\n1\r\nab\r\n0\r\n\r\n"},
        Attack{"FoldedField", "GET / HTTP/1.1\r\n" + host + "X-A: b\r\n c\r\n\r\n"},
        Attack{"FieldBeginsWithBlank", "GET / HTTP/1.1\r\n Host: a\r\n\r\n"},
        Attack{"BlankBeforeColon", "GET / HTTP/1.1\r\nHost: a\r\nX-A : b\r\n\r\n"},
        Attack{"NulInField", "GET / HTTP/1.1\r\n" + host + "X-A: b" + std::string(1, '\0') + "c\r\n\r\n"},
        Attack{"BareCarriageReturn", "GET / HTTP/1.1\r\n" + host + "X-A: b\rX-B: c\r\n\r\n"},
        Attack{"BareLineFeed", "GET / HTTP/1.1\nHost: a\r\n\r\n"}, Attack{"NoHost", "GET / HTTP/1.1\r\n\r\n"},
        Attack{"TwoHosts", "GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n"},
        Attack{"UnknownVersion", "GET / HTTP/3.0\r\n" + host + "\r\n"},
        Attack{"NotHttp", "\x16\x03\x01\x02\x01 this is TLS\r\n\r\n"},
        Attack{"NoPath", "GET admin HTTP/1.1\r\n" + host + "\r\n"},
        Attack{"ClimbingPath", "GET /a/../b HTTP/1.1\r\n" + host + "\r\n"},
        Attack{"EscapedClimbingPath", "GET /%2e%2e/etc/passwd HTTP/1.1\r\n" + host + "\r\n"},
        Attack{"EscapedSlash", "GET /a%2Fb HTTP/1.1\r\n" + host + "\r\n"},
        Attack{"EscapedNul", "GET /a%00b HTTP/1.1\r\n" + host + "\r\n"},
        Attack{"EscapedLineEnd", "GET /a%0d%0ab HTTP/1.1\r\n" + host + "\r\n"},
        Attack{"HalfEscape", "GET /a%4 HTTP/1.1\r\n" + host + "\r\n"},
        Attack{"OverlongUtf8", "GET /%c0%ae%c0%ae HTTP/1.1\r\n" + host + "\r\n"},
        Attack{"NotUtf8InQuery", "GET /?a=%ff HTTP/1.1\r\n" + host + "\r\n"},
        Attack{"LongTarget", "GET /" + std::string(9000, 'a') + " HTTP/1.1\r\n" + host + "\r\n"}),
    [](const auto& attack) { return std::string(attack.param.name); });

TEST_F(HttpServer, AnswersAndKeepsTheConnection) {
  auto client = wire();
  for (int i = 0; i < 100; ++i) {
    ASSERT_TRUE(client.send("POST /a%20b?x=1 HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nhi"));
    const auto answer = client.response();
    ASSERT_EQ(status(answer), 200);
    ASSERT_EQ(body(answer), "POST /a b hi");
  }
  EXPECT_EQ(handled_, 100);
}

TEST_F(HttpServer, PutsTheSafetyFieldsOnEveryAnswer) {
  for (const auto* request :
       {"GET / HTTP/1.1\r\nHost: a\r\n\r\n", "GET / HTTP/1.1\r\n\r\n", "GET /dropped HTTP/1.1\r\nHost: a\r\n\r\n"}) {
    const auto answer = ask(request);
    for (const auto* field : {"X-Content-Type-Options: nosniff", "Referrer-Policy: no-referrer",
                              "Cross-Origin-Opener-Policy: same-origin", "Content-Security-Policy: default-src 'none'",
                              "frame-ancestors 'none'", "Cache-Control: no-store", "Date: "}) {
      EXPECT_NE(answer.find(field), std::string::npos) << field << " in " << answer;
    }
    EXPECT_EQ(answer.find("unsafe-inline"), std::string::npos);
  }
}

TEST_F(HttpServer, AnswersPipelinedRequestsInTheirOrder) {
  auto client = wire();
  std::string all;
  for (int i = 0; i < 50; ++i)
    all +=
        "POST /" + std::to_string(i) + " HTTP/1.1\r\nHost: a\r\nContent-Length: 1000\r\n\r\n" + std::string(1000, 'x');
  std::thread sender([&] { client.send(all); });
  for (int i = 0; i < 50; ++i)
    EXPECT_EQ(body(client.response()), "POST /" + std::to_string(i) + " " + std::string(1000, 'x'));
  sender.join();
}

TEST_F(HttpServer, SurvivesALongPipelineWithoutAnEndOfHead) {
  auto client = wire();
  // Sixty kilobytes stand in the buffer behind the first body when the next head is looked for.
  client.send("POST /a HTTP/1.1\r\nHost: a\r\nContent-Length: 20000\r\n\r\n" + std::string(20'000, 'x') +
              std::string(60'000, 'y'));
  EXPECT_EQ(status(client.response()), 200);
  EXPECT_EQ(status(client.response()), 413);
  EXPECT_TRUE(client.closed());
  EXPECT_EQ(status(ask("GET / HTTP/1.1\r\nHost: a\r\n\r\n")), 200);
}

TEST_F(HttpServer, HeadHasTheLengthAndNoBody) {
  auto client = wire();
  client.send("HEAD /abc HTTP/1.1\r\nHost: a\r\n\r\nGET /d HTTP/1.1\r\nHost: a\r\n\r\n");
  const auto head = client.response(true);
  EXPECT_NE(head.find("Content-Length: 9\r\n"), std::string::npos) << head;
  EXPECT_EQ(body(client.response()), "GET /d ");
}

TEST_F(HttpServer, ReadsChunksWithinTheLimit) {
  EXPECT_EQ(body(ask("POST /c HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n6;x=y\r\n "
                     "world\r\n0\r\n\r\n")),
            "POST /c hello world");
  auto client = wire();
  client.send("POST /c HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n");
  for (int i = 0; i < 40; ++i) client.send("10000\r\n" + std::string(0x10000, 'x') + "\r\n");
  EXPECT_EQ(status(client.response()), 413);
  EXPECT_EQ(handled_, 1);
}

TEST_F(HttpServer, SaysGoOnBeforeABodyThatWaitsForIt) {
  auto client = wire();
  client.send("POST /e HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n");
  EXPECT_EQ(client.response(), "HTTP/1.1 100 Continue\r\n\r\n");
  client.send("ok");
  EXPECT_EQ(body(client.response()), "POST /e ok");
  // Too large is said before it is sent.
  EXPECT_EQ(status(ask("POST /e HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 9999999\r\n\r\n")), 413);
}

TEST_F(HttpServer, RefusesWhatIsTooLargeAndTheAnswerArrives) {
  for (int i = 0; i < 20; ++i) {
    auto client = wire();
    std::thread sender([&] {
      client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3000000\r\n\r\n" + std::string(3'000'000, 'x'));
    });
    EXPECT_EQ(status(client.response()), 413);
    sender.join();
  }
  EXPECT_EQ(status(ask("GET / HTTP/1.1\r\nHost: a\r\nX-A: " + std::string(20'000, 'x') + "\r\n\r\n")), 413);
  EXPECT_EQ(handled_, 0);
}

TEST_F(HttpServer, AHandlerThatDropsOrThrowsAnswers500) {
  EXPECT_EQ(status(ask("GET /dropped HTTP/1.1\r\nHost: a\r\n\r\n")), 500);
  const auto answer = ask("GET /throws HTTP/1.1\r\nHost: a\r\n\r\n");
  EXPECT_EQ(status(answer), 500);
  EXPECT_EQ(answer.find("a fault in a handler"), std::string::npos) << "nothing of the inside is told";
}

TEST_F(HttpServer, AnswersOnceAndInjectsNoField) {
  auto client = wire();
  client.send("GET /twice HTTP/1.1\r\nHost: a\r\n\r\nGET /next HTTP/1.1\r\nHost: a\r\n\r\n");
  EXPECT_EQ(body(client.response()), "first");
  EXPECT_EQ(body(client.response()), "GET /next ");
  EXPECT_EQ(ask("GET /inject HTTP/1.1\r\nHost: a\r\n\r\n").find("\r\nSet-Cookie"), std::string::npos);
}

TEST_F(HttpServer, ManyAnswersComeFromOtherThreads) {
  std::vector<Wire> clients;
  for (int i = 0; i < 30; ++i) {
    clients.push_back(wire());
    clients.back().send("GET /later HTTP/1.1\r\nHost: a\r\n\r\n");
  }
  for (auto& client : clients) EXPECT_EQ(body(client.response()), "GET /later ");
}

TEST_F(HttpServer, SlowHeadsAndBodiesTimeOutWhileOthersAreServed) {
  start({.idle_seconds = 1});
  auto head = wire();
  auto half = wire();
  auto silent = wire();
  half.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nabc");
  head.send("GET / HTT");
  std::thread trickle([&] {
    for (int i = 0; i < 30 && head.send("P"); ++i) std::this_thread::sleep_for(100ms);
  });
  for (int i = 0; i < 20; ++i) EXPECT_EQ(status(ask("GET / HTTP/1.1\r\nHost: a\r\n\r\n")), 200);
  EXPECT_TRUE(head.closed());
  EXPECT_TRUE(half.closed());
  EXPECT_TRUE(silent.closed());
  trickle.join();
}

TEST_F(HttpServer, ServesWhileManyConnectionsStandIdle) {
  const int idle = std::getenv("REMEDIUM_LONG") != nullptr ? 2000 : 400;
  std::vector<Wire> clients;
  for (int i = 0; i < idle; ++i) {
    clients.push_back(wire());
    ASSERT_TRUE(clients.back().connected()) << i;
    if (i % 2 == 0) clients.back().send("GET / HTTP/1.1\r\nHo");
  }
  for (int i = 0; i < 50; ++i) ASSERT_EQ(status(ask("GET / HTTP/1.1\r\nHost: a\r\n\r\n")), 200);
  for (auto& client : clients) client.send("st: a\r\n\r\n");
  for (int i = 0; i < idle; i += 2) EXPECT_EQ(status(clients[static_cast<std::size_t>(i)].response()), 200);
}

TEST_F(HttpServer, TurnsAwayConnectionsOverTheLimitAndRecovers) {
  start({.max_connections = 3});
  {
    std::vector<Wire> clients;
    for (int i = 0; i < 3; ++i) {
      clients.push_back(wire());
      clients.back().send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
      ASSERT_EQ(status(clients.back().response()), 200);
    }
    EXPECT_TRUE(wire().closed());
  }
  int got = 0;
  for (int i = 0; i < 100 && got != 200; ++i) {
    std::this_thread::sleep_for(20ms);
    got = status(ask("GET / HTTP/1.1\r\nHost: a\r\n\r\n"));
  }
  EXPECT_EQ(got, 200);
}

TEST_F(HttpServer, ClientsCutAtEveryPointHarmNobody) {
  base::SeededRandom random(20'1);
  const std::string whole =
      "POST /cut HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n";
  for (std::size_t cut = 0; cut <= whole.size(); ++cut) {
    auto client = wire();
    client.send(std::string_view(whole).substr(0, cut));
    if (random.below(2) == 0) client.end_sending();
  }
  EXPECT_LE(handled_, 1) << "only the whole one";
  EXPECT_EQ(body(ask(whole)), "POST /cut hello");
}

TEST_F(HttpServer, StoppingFinishesWhatRuns) {
  auto client = wire();
  auto idle = wire();
  client.send("GET /later HTTP/1.1\r\nHost: a\r\n\r\n");
  while (handled_ == 0) std::this_thread::sleep_for(1ms);
  server_.reset();
  const auto answer = client.response();
  EXPECT_EQ(body(answer), "GET /later ");
  EXPECT_TRUE(client.closed());
  EXPECT_TRUE(idle.closed());
}

TEST_F(HttpServer, SaysWhyItCannotListen) {
  const auto second = Server::start({.port = server_->port()}, [](Request&&, Responder) {});
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, "cannot_listen");
  EXPECT_EQ(Server::start({.address = "not an address"}, [](Request&&, Responder) {}).error().code, "cannot_listen");
}

TEST(Form, IsDecodedOnceAndRefusedWhereMalformed) {
  const auto fields = parse_form("a=1&a=2&b=x+y%26%3D%C3%A9&c&=d");
  ASSERT_TRUE(fields);
  EXPECT_EQ(fields->all("a"), (std::vector<std::string_view>{"1", "2"}));
  EXPECT_EQ(fields->first("b"), "x y&=é");
  EXPECT_TRUE(fields->has("c"));
  EXPECT_FALSE(fields->has("d"));
  for (const auto* bad : {"a=%", "a=%4", "a=%zz", "a=%ff", "a=%00", "%c0%80=1"}) EXPECT_FALSE(parse_form(bad)) << bad;
  std::string many;
  for (int i = 0; i < 1001; ++i) many += "a=1&";
  EXPECT_FALSE(parse_form(many));
}

TEST(RequestCookie, IsFoundAmongOthers) {
  Request request;
  request.headers = {{"cookie", "ax=1; a=2;b=3; c"}};
  EXPECT_EQ(request.cookie("a"), "2");
  EXPECT_EQ(request.cookie("b"), "3");
  EXPECT_EQ(request.cookie("c"), "");
}

TEST(Problem, SaysWhatTheErrorSaysWithTheStatusOfItsKind) {
  using base::ErrorKind;
  const std::vector<std::pair<ErrorKind, int>> statuses = {
      {ErrorKind::invalid_input, 400}, {ErrorKind::unauthenticated, 401}, {ErrorKind::forbidden, 403},
      {ErrorKind::not_found, 404},     {ErrorKind::conflict, 409},        {ErrorKind::refused, 422},
      {ErrorKind::too_large, 413},     {ErrorKind::too_many, 429},        {ErrorKind::unavailable, 503},
      {ErrorKind::corrupt, 500},       {ErrorKind::internal, 500}};
  for (const auto& [kind, expected] : statuses) EXPECT_EQ(problem({kind, "c", "m", "", "", ""}).status, expected);
  const auto response = problem(
      {base::ErrorKind::refused, "no_consent", "A \"quoted\" sentence.", "res. 20/1 4(b)", "Ask first.", "consent"});
  EXPECT_EQ(response.content_type, "application/problem+json");
  const auto value = base::parse_json(response.body);
  ASSERT_TRUE(value);
  const auto& object = value->as_object();
  EXPECT_EQ(object.at("status").as_int64(), 422);
  EXPECT_EQ(object.at("code").as_string(), "no_consent");
  EXPECT_EQ(object.at("rule").as_string(), "res. 20/1 4(b)");
  EXPECT_EQ(object.at("next").as_string(), "Ask first.");
  EXPECT_EQ(object.at("field").as_string(), "consent");
}

TEST(Routes, FindWhatFitsAndTellTheOtherMethods) {
  const auto routes = api_routes();
  Request request;
  std::vector<std::string_view> allowed;
  request.method = "GET";
  request.path = "/api/v1/cases/case_1/timeline";
  const auto* route = find_route(routes, request, allowed);
  ASSERT_NE(route, nullptr);
  EXPECT_EQ(request.parameters, std::vector<std::string>{"case_1"});
  request.method = "DELETE";
  EXPECT_EQ(find_route(routes, request, allowed), nullptr);
  EXPECT_FALSE(allowed.empty());
  for (const auto* path :
       {"/api/v1/cases//timeline", "/api/v1/cases/case_1/timeline/", "/api/v1/cases/case_1/timeline/x", "/nothing"}) {
    allowed.clear();
    request.method = "GET";
    request.path = path;
    EXPECT_EQ(find_route(routes, request, allowed), nullptr) << path;
  }
}

/// Every "$ref" below `value` names something of the document.
void check_references(const boost::json::object& document, const boost::json::value& value) {
  if (const auto* array = value.if_array()) {
    for (const auto& item : *array) check_references(document, item);
  }
  const auto* object = value.if_object();
  if (object == nullptr) return;
  for (const auto& member : *object) {
    check_references(document, member.value());
    if (member.key() != "$ref") continue;
    std::string_view rest(member.value().as_string());
    ASSERT_TRUE(rest.starts_with("#/")) << rest;
    rest.remove_prefix(2);
    const boost::json::object* place = &document;
    while (!rest.empty()) {
      const auto step = rest.substr(0, rest.find('/'));
      ASSERT_NE(place, nullptr) << member.value().as_string();
      const auto* next = place->if_contains(step);
      ASSERT_NE(next, nullptr) << member.value().as_string();
      place = next->if_object();
      rest.remove_prefix(std::min(rest.size(), step.size() + 1));
    }
  }
}

TEST(OpenApi, DescribesEveryRouteAndActAndIsWhole) {
  const auto text = openapi_json();
  const auto value = base::parse_json(text, {.max_bytes = std::size_t{8} << 20U});
  ASSERT_TRUE(value) << value.error().message;
  const auto& document = value->as_object();
  EXPECT_EQ(document.at("openapi").as_string(), "3.1.0");
  check_references(document, *value);
  const auto& paths = document.at("paths").as_object();
  std::set<std::string> operations;
  for (const auto& path : paths) {
    for (const auto& one : path.value().as_object()) {
      if (one.key() == "parameters") continue;
      const auto& operation = one.value().as_object();
      const std::string where = std::string(one.key()) + " " + std::string(path.key());
      ASSERT_TRUE(operation.contains("operationId") && operation.contains("summary") && operation.contains("responses"))
          << where;
      EXPECT_TRUE(operations.insert(std::string(operation.at("operationId").as_string())).second)
          << where << ": its id is another's";
      EXPECT_FALSE(operation.at("summary").as_string().empty()) << where;
      bool has_problem = false;
      for (const auto& response : operation.at("responses").as_object())
        has_problem = has_problem || response.key() == "default" || response.key().front() == '4';
      EXPECT_TRUE(has_problem) << where;
    }
  }
  for (const auto& route : api_routes()) {
    if (route.pattern.find("{resource}") != std::string_view::npos ||
        route.pattern.find("{act}") != std::string_view::npos)
      continue;
    EXPECT_TRUE(paths.contains(route.pattern)) << route.pattern;
  }
  for (const auto& act : casework::acts()) {
    if (act.opens_case) continue;
    EXPECT_TRUE(paths.contains("/api/v1/cases/{case}/" + std::string(act.resource))) << act.resource;
  }
}

}  // namespace
}  // namespace remedium::http
