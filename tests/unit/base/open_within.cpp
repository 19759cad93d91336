// SPDX-License-Identifier: LGPL-2.1-or-later
#include "core/open_within.hpp"

#include "support/expect.hpp"
#include "support/trees.hpp"

#include <fcntl.h>
#include <linux/openat2.h>

#include <atomic>
#include <cerrno>
#include <thread>

using namespace qpkg;
using namespace qpkg::testing;

namespace {

/// Renames a file to and fro, somewhere else.
class Renaming {
public:
    Renaming()
    {
        TreeMaker(directory_.path()).file("one", "");
        thread_ = std::thread([this] {
            const auto one = directory_.path() / "one";
            const auto other = directory_.path() / "other";
            while (!over_) {
                std::filesystem::rename(one, other);
                std::filesystem::rename(other, one);
            }
        });
    }
    ~Renaming()
    {
        over_ = true;
        thread_.join();
    }

private:
    files::TemporaryDirectory directory_ = scratch();
    std::atomic<bool> over_ = false;
    std::thread thread_;
};

} // namespace

TEST_CASE("what lies behind steps up is found while others rename")
{
    const auto directory = scratch();
    TreeMaker(directory.path())
        .file("usr/lib/os-release", "ID=debian\n")
        .link("etc/a/b/c/os-release", "../../../../usr/lib/os-release");
    const Fd root(::open(directory.path().c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
    const Renaming storm;

    int missed = 0;
    for (int look = 0; look < 20'000; ++look) {
        const auto fd = open_within(root.get(), "/etc/a/b/c/os-release", O_PATH, RESOLVE_IN_ROOT);
        missed += fd ? 0 : 1;
    }

    CHECK(missed == 0);
}

TEST_CASE("what is not there is not asked for again and again")
{
    const auto directory = scratch();
    const Fd root(::open(directory.path().c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));

    CHECK_FALSE(open_within(root.get(), "nothing", O_PATH, RESOLVE_IN_ROOT));
    CHECK(errno == ENOENT);
}
