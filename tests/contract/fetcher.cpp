// SPDX-License-Identifier: LGPL-2.1-or-later
// What a Fetcher promises: the directory reader, and the http reader with a web server on loopback.
#include "adapters/fetch/directory_fetcher.hpp"
#include "adapters/fetch/http/http_fetcher.hpp"
#include "support/expect.hpp"
#include "support/nginx.hpp"
#include "support/trees.hpp"

#include <sys/stat.h>

#include <algorithm>
#include <map>

using namespace qpkg;
using namespace qpkg::testing;

namespace {

struct Subject {
    files::TemporaryDirectory scratch_directory = scratch();
    fs::path site = scratch_directory.path() / "site";
    std::unique_ptr<Nginx> server;
    std::unique_ptr<Fetcher> fetcher;

    Subject()
    {
        ::chmod(scratch_directory.path().c_str(), 0755);
        fs::create_directories(site);
    }
};

/// Runs the rest of the test case once for each implementation.
std::unique_ptr<Subject> each_implementation()
{
    auto subject = std::make_unique<Subject>();
    SUBCASE("directory") { subject->fetcher = std::make_unique<fetch::DirectoryFetcher>(subject->site); }
    SUBCASE("http")
    {
        if (!Nginx::is_installed()) {
            MESSAGE("skipped: nginx is not installed");
            return nullptr;
        }
        subject->server = std::make_unique<Nginx>(subject->site);
        subject->fetcher = std::make_unique<fetch::HttpFetcher>(Location::require(subject->server->url()));
    }
    return subject->fetcher ? std::move(subject) : nullptr;
}

struct Collected final : FetchSink {
    std::map<std::size_t, std::string> bytes;
    std::vector<std::size_t> completed;
    std::vector<std::size_t> missing;

    void data(std::size_t index, std::span<const std::uint8_t> piece) override { bytes[index] += as_text(piece); }
    void complete(std::size_t index) override { completed.push_back(index); }
    void absent(std::size_t index) override { missing.push_back(index); }
};

} // namespace

TEST_CASE("a file is brought whole, an empty one too, and one that is not there is nothing")
{
    const auto subject = each_implementation();
    if (!subject) {
        return;
    }
    const auto large = noise(3'000'000, 5);
    TreeMaker(subject->site).file("a/large", large).file("a/empty", "");

    CHECK(subject->fetcher->get("a/large", 3'000'000) == large);
    CHECK(subject->fetcher->get("a/empty", 10) == "");
    CHECK(subject->fetcher->get("a/none", 10) == std::nullopt);
    CHECK(subject->fetcher->get("none/none", 10) == std::nullopt);
}

TEST_CASE("a file over its cap is Error no_space")
{
    const auto subject = each_implementation();
    if (!subject) {
        return;
    }
    TreeMaker(subject->site).file("large", noise(100'000, 5));

    CHECK(subject->fetcher->get("large", 100'000)->size() == 100'000);
    CHECK_FAILS(Code::no_space, "larger than the 99999 bytes", subject->fetcher->get("large", 99'999));
    CHECK(subject->fetcher->get("large", 100'000)->size() == 100'000);
}

TEST_CASE("many files come each with its own bytes")
{
    const auto subject = each_implementation();
    if (!subject) {
        return;
    }
    TreeMaker tree(subject->site);
    std::vector<FetchRequest> requests;
    for (unsigned i = 0; i < 300; ++i) {
        if (i % 50 != 7) {
            tree.file("objects/" + std::to_string(i), noise(i * 700, i + 1));
        }
        requests.push_back({"objects/" + std::to_string(i), 300'000});
    }

    Collected collected;
    subject->fetcher->get_many(requests, collected);

    CHECK(collected.completed.size() == 294);
    CHECK(collected.missing.size() == 6);
    for (const auto i : collected.completed) {
        CHECK(collected.bytes[i] == noise(i * 700, static_cast<unsigned>(i) + 1));
    }
    Collected nothing;
    subject->fetcher->get_many({}, nothing);
    CHECK(nothing.completed.empty());
}

TEST_CASE("an exception from the sink ends all transfers, and the next ones work")
{
    const auto subject = each_implementation();
    if (!subject) {
        return;
    }
    TreeMaker(subject->site).file("one", "1").file("two", noise(500'000, 2));
    struct Refusing final : FetchSink {
        void data(std::size_t, std::span<const std::uint8_t>) override { throw Error(Code::corrupt, "refused"); }
        void complete(std::size_t) override {}
        void absent(std::size_t) override {}
    } refusing;
    const std::vector<FetchRequest> requests{{"one", 10}, {"two", 500'000}, {"two", 500'000}};

    CHECK_FAILS(Code::corrupt, "refused", subject->fetcher->get_many(requests, refusing));

    CHECK(subject->fetcher->get("one", 10) == "1");
}

TEST_CASE("a directory that is a repository never leads out of itself")
{
    Subject subject;
    TreeMaker(subject.scratch_directory.path()).file("secret", "outside");
    TreeMaker(subject.site)
        .link("out", "../secret")
        .link("absolute", "/etc/hostname")
        .file("real", "inside")
        .link("in", "real");
    REQUIRE(::mkfifo((subject.site / "fifo").c_str(), 0644) == 0);
    fetch::DirectoryFetcher fetcher(subject.site);

    CHECK(fetcher.get("in", 100) == "inside");
    CHECK_FAILS(Code::failed, "leads out", fetcher.get("out", 100));
    CHECK_FAILS(Code::failed, "leads out", fetcher.get("absolute", 100));
    CHECK_FAILS(Code::failed, "leads out", fetcher.get("../secret", 100));
    CHECK_FAILS(Code::failed, "not a regular file", fetcher.get("fifo", 100));
    CHECK_FAILS(Code::failed, "not a regular file", fetcher.get(".", 100));
}

TEST_CASE("a web server's errors, redirects to files and cut answers are errors that name the address")
{
    if (!Nginx::is_installed()) {
        MESSAGE("skipped: nginx is not installed");
        return;
    }
    Subject subject;
    TreeMaker(subject.site).file("moved", "here");
    const Nginx server(subject.site, "location /broken { return 500; }\n"
                                     "location /denied { return 403; }\n"
                                     "location /gone { return 410; }\n"
                                     "location /away { return 302 file:///etc/hostname; }\n"
                                     "location /circle { return 302 /circle; }\n"
                                     "location /here { return 302 /moved; }\n"
                                     "location /part { return 206 part; }\n");
    fetch::HttpFetcher fetcher(Location::require(server.url() + "/"));

    CHECK(fetcher.get("here", 10) == "here");
    CHECK(fetcher.get("gone", 10) == std::nullopt);
    CHECK_FAILS(Code::failed, "/broken: the server answered 500", fetcher.get("broken", 10));
    CHECK_FAILS(Code::failed, "/denied: the server answered 403", fetcher.get("denied", 10));
    CHECK_FAILS(Code::failed, "/part: the server answered 206", fetcher.get("part", 10));
    CHECK_FAILS(Code::failed, "another place, file:///etc/hostname", fetcher.get("away", 100));
    CHECK_FAILS(Code::failed, "/circle: too many redirects", fetcher.get("circle", 10));
    CHECK_FAILS(Code::failed, "127.0.0.1",
                fetch::HttpFetcher(Location::require("http://127.0.0.1:" + std::to_string(free_port()))).get("x", 10));
}

TEST_CASE("an answer shorter than its announced length, and one that stalls, are errors")
{
    const Fd listener(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    auto address = loopback(0);
    socklen_t size = sizeof address;
    REQUIRE(::bind(listener.get(), reinterpret_cast<sockaddr*>(&address), size) == 0);
    REQUIRE(::getsockname(listener.get(), reinterpret_cast<sockaddr*>(&address), &size) == 0);
    REQUIRE(::listen(listener.get(), 8) == 0);
    std::vector<Fd> open_connections;
    std::thread server([&] {
        for (const bool keep_open : {false, true}) {
            Fd connection(::accept(listener.get(), nullptr, nullptr));
            files::write_all(connection.get(), "HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nonly this");
            if (keep_open) {
                open_connections.push_back(std::move(connection));
            }
        }
    });
    const auto url = "http://127.0.0.1:" + std::to_string(ntohs(address.sin_port));
    fetch::HttpFetcher fetcher(
        Location::require(url),
        {.connect_seconds = 5, .stall_seconds = 1, .stall_bytes = 200, .parallel = 1, .retry = {.attempts = 1}});

    CHECK_FAILS(Code::failed, "/cut", fetcher.get("cut", 5000));
    CHECK_FAILS(Code::failed, "/stalled", fetcher.get("stalled", 5000));
    server.join();
}

namespace {

/// Answers one connection after the other with what a script says, and keeps what it was asked.
class ScriptedServer {
public:
    explicit ScriptedServer(std::vector<std::string> answers)
        : listener_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)), answers_(std::move(answers))
    {
        auto address = loopback(0);
        socklen_t size = sizeof address;
        REQUIRE(::bind(listener_.get(), reinterpret_cast<sockaddr*>(&address), size) == 0);
        REQUIRE(::getsockname(listener_.get(), reinterpret_cast<sockaddr*>(&address), &size) == 0);
        REQUIRE(::listen(listener_.get(), 8) == 0);
        port_ = ntohs(address.sin_port);
        thread_ = std::thread([this] { serve(); });
    }
    ScriptedServer(const ScriptedServer&) = delete;
    ScriptedServer& operator=(const ScriptedServer&) = delete;
    ~ScriptedServer() { join(); }

    std::string url() const { return "http://127.0.0.1:" + std::to_string(port_); }
    /// To be called when all answers were given.
    const std::vector<std::string>& asked()
    {
        join();
        return asked_;
    }

private:
    void serve()
    {
        for (const auto& answer : answers_) {
            const Fd connection(::accept(listener_.get(), nullptr, nullptr));
            std::string request(4096, '\0');
            const auto got = ::recv(connection.get(), request.data(), request.size(), 0);
            asked_.push_back(request.substr(0, static_cast<std::size_t>(std::max<ssize_t>(got, 0))));
            files::write_all(connection.get(), answer);
        }
    }

    void join()
    {
        if (thread_.joinable()) {
            thread_.join();
        }
    }

    Fd listener_;
    std::vector<std::string> answers_;
    std::vector<std::string> asked_;
    std::uint16_t port_ = 0;
    std::thread thread_;
};

std::string answer(const std::string& head, const std::string& body, std::size_t length)
{
    return "HTTP/1.1 " + head + "\r\nContent-Length: " + std::to_string(length) + "\r\nConnection: close\r\n\r\n" +
           body;
}

const std::string cut_off = answer("200 OK", "hello", 11);
const fetch::HttpLimits quick{.parallel = 1, .retry = {.first_wait = std::chrono::milliseconds(1)}};

/// One file by get_many, whose sink cannot begin again.
std::string streamed(ScriptedServer& server)
{
    fetch::HttpFetcher fetcher(Location::require(server.url()), quick);
    const std::vector<FetchRequest> requests{{"file", 100}};
    Collected collected;
    fetcher.get_many(requests, collected);
    CHECK(collected.completed.size() == 1);
    return collected.bytes[0];
}

bool has(const std::string& text, std::string_view words) { return text.find(words) != std::string::npos; }

} // namespace

TEST_CASE("a file that broke off goes on where it broke")
{
    ScriptedServer server({cut_off, answer("206 Partial\r\nContent-Range: bytes 5-10/11", " world", 6)});

    CHECK(streamed(server) == "hello world");
    CHECK_FALSE(has(server.asked().at(0), "Range:"));
    CHECK(has(server.asked().at(1), "Range: bytes=5-\r\n"));
}

TEST_CASE("a file that broke off and comes again from its beginning is not doubled")
{
    ScriptedServer server({cut_off, answer("503 Busy", "", 0), answer("200 OK", "hello wo", 11),
                           answer("416 No Range", "", 0), answer("200 OK", "hello world", 11)});

    CHECK(streamed(server) == "hello world");
    CHECK_FALSE(has(server.asked().at(4), "Range:"));
}

TEST_CASE("another part than asked for is refused")
{
    ScriptedServer server({cut_off, answer("206 Partial\r\nContent-Range: bytes 4-10/11", "o world", 7)});

    CHECK_FAILS(Code::failed, "another part than it was asked for", streamed(server));
}

TEST_CASE("a small file that broke off comes whole, for it may have changed")
{
    ScriptedServer server({cut_off, answer("200 OK", "HELLO WORLD", 11)});
    fetch::HttpFetcher fetcher(Location::require(server.url()), quick);

    CHECK(fetcher.get("file", 100) == "HELLO WORLD");
    CHECK_FALSE(has(server.asked().at(1), "Range:"));
}

TEST_CASE("only of a file whose absence is normal 403 says that it is not there")
{
    ScriptedServer server({answer("403 Forbidden", "", 0), answer("403 Forbidden", "", 0)});
    fetch::HttpFetcher fetcher(Location::require(server.url()), quick);

    CHECK(fetcher.look_for("2.root.json", 100) == std::nullopt);
    CHECK_FAILS(Code::failed, "answered 403, which forbids the file or hides that there is none",
                fetcher.get("timestamp.json", 100));
}

TEST_CASE("user and password go to the server, a token behind every path, and none of them into an error")
{
    ScriptedServer server({answer("500 Broken", "", 0)});
    const auto at = server.url().substr(7);
    fetch::HttpFetcher fetcher(Location::require("http://bob:h%40sh@" + at + "/site/?token=1"), quick);

    try {
        fetcher.get("file", 100);
        FAIL("no error");
    } catch (const Error& error) {
        CHECK(std::string(error.what()) == "fetch http://bob:***@" + at + "/site/file?***: the server answered 500");
    }
    CHECK(has(server.asked().at(0), "GET /site/file?token=1 HTTP"));
    CHECK(has(server.asked().at(0), "Authorization: Basic Ym9iOmhAc2g=\r\n"));
}
