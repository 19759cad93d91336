// SPDX-License-Identifier: LGPL-2.1-or-later
#include "agent/own_caches.hpp"

#include "agent/small_files.hpp"
#include "support/expect.hpp"

#include "qpkg/core/files.hpp"

#include <fcntl.h>
#include <sys/stat.h>

#include <array>
#include <map>

using namespace qpkg;
using namespace qpkg::agent;

namespace {

const auto app = AppId::require("org.example.app");

struct Qube {
    files::TemporaryDirectory folder{std::filesystem::temp_directory_path()};
    QubePaths layout{.run = folder.path()};

    explicit Qube(const std::string& announced, long base_time = 1000)
    {
        fs::create_directories(layout.view(app));
        fs::create_directories(layout.base() / "usr");
        write_file(layout.view(app) / "announced", announced);
        const timespec when{base_time, 0};
        const std::array times{when, when};
        REQUIRE(::utimensat(AT_FDCWD, (layout.base() / "usr").c_str(), times.data(), 0) == 0);
    }

    std::string identity() const { return identity_of_view(layout, app).value_or(""); }
};

std::optional<std::string> registry(const std::map<std::string, std::string>& environment)
{
    return own_registry(
        [&](const char* name) {
            const auto found = environment.find(name);
            return found == environment.end() ? std::string() : found->second;
        },
        "0123");
}

} // namespace

TEST_CASE("a view is what its release, its extensions and its base make it, whatever device it is on")
{
    const auto plain = Qube("app 1\n/dev/xvdqa\n").identity();
    CHECK(plain.size() == 16);
    CHECK(Qube("app 1\n/dev/xvdqb\n").identity() == plain);
    CHECK(Qube("app 1\nmounted\n").identity() == plain);
    CHECK(Qube("app 2\n/dev/xvdqa\n").identity() != plain);
    CHECK(Qube("app 1\n/dev/xvdqa\nplug 1\n").identity() != plain);
    CHECK(Qube("app 1\n/dev/xvdqa\n", 1001).identity() != plain);
    CHECK(!identity_of_view(Qube("app 1\n").layout, AppId::require("org.example.other")));
}

TEST_CASE("a search path has the entry of one view alone")
{
    CHECK(with_identity("/usr/share:/run/qpkg/share", "01") == "/usr/share:/run/qpkg/share:/run/qpkg/own/01");
    CHECK(with_identity("/usr/share:/run/qpkg/own/01:/x", "02") == "/usr/share:/x:/run/qpkg/own/02");
    CHECK(with_identity("", "01") == "/run/qpkg/own/01");
}

TEST_CASE("GStreamer's registry is the view's, unless the user chose one")
{
    using Environment = std::map<std::string, std::string>;
    const Environment home{{"HOME", "/home/user"}};
    const auto with = [&](const char* name, const char* value) {
        auto environment = home;
        environment[name] = value;
        return registry(environment);
    };
    const auto usual = "/home/user/.cache/qpkg/0123/gstreamer-1.0.bin";

    CHECK(registry(home) == usual);
    CHECK(with("XDG_CACHE_HOME", "/c") == "/c/qpkg/0123/gstreamer-1.0.bin");
    CHECK(with("XDG_CACHE_HOME", "relative") == usual);
    CHECK(with("GST_REGISTRY_1_0", "/home/user/.cache/qpkg/4567/gstreamer-1.0.bin") == usual); // of the view before
    CHECK(!with("GST_REGISTRY_1_0", "/mine"));
    CHECK(!with("GST_REGISTRY", "/mine"));
    CHECK(!registry({}));
}
