// SPDX-License-Identifier: LGPL-2.1-or-later

// The smallest program with qpkg's order law: content first, then the pointer that names it. The harness is tried on
// it.
//   stand-in DIRECTORY set TEXT | get | verify | gc

#include "qpkg/base/digest.hpp"
#include "qpkg/core/error.hpp"
#include "qpkg/core/fault.hpp"
#include "qpkg/core/files.hpp"
#include "qpkg/core/interrupt.hpp"

#include <cstdio>
#include <string>
#include <string_view>
#include <vector>

namespace {

using namespace qpkg;
namespace fs = std::filesystem;

constexpr std::size_t cap = 1U << 20U;

std::string content_of(std::string_view text)
{
    std::string content;
    for (int i = 0; i < 10'000; ++i) {
        content += text;
    }
    return content;
}

void set(const fs::path& directory, std::string_view text)
{
    const auto content = content_of(text);
    const auto name = sha256(content).hex();
    files::make_directories(directory / "objects");
    fault_point("stand-in.directory");
    files::write(directory / "objects" / name, content);
    fault_point("stand-in.object");
    interrupt::throw_if_requested();
    files::write(directory / "current", name);
    fault_point("stand-in.pointer");
}

std::string current(const fs::path& directory)
{
    return files::read_if_exists(directory / "current", cap).value_or("nothing");
}

void verify(const fs::path& directory)
{
    const auto name = current(directory);
    if (name == "nothing") {
        return;
    }
    if (sha256(files::read(directory / "objects" / name, cap)).hex() != name) {
        throw Error(Code::corrupt, "object " + name + " is not what its name says");
    }
}

void gc(const fs::path& directory)
{
    for (const auto& folder : {directory, directory / "objects"}) {
        for (const auto& entry : fs::directory_iterator(folder)) {
            const auto name = entry.path().filename().string();
            if (entry.is_regular_file() && name != "current" && name != current(directory)) {
                fs::remove(entry.path());
            }
        }
    }
}

int dispatch(const std::vector<std::string>& words)
{
    const fs::path directory = words.at(1);
    const auto& verb = words.at(2);
    if (verb == "set") {
        set(directory, words.at(3));
    }
    if (verb == "get") {
        std::puts(current(directory).c_str());
    }
    if (verb == "verify") {
        verify(directory);
    }
    if (verb == "gc") {
        gc(directory);
    }
    return 0;
}

} // namespace

int main(int argc, char** argv)
{
    interrupt::install_handlers();
    try {
        return dispatch(std::vector<std::string>(argv, argv + argc));
    } catch (const Error& error) {
        std::fprintf(stderr, "%s\n", error.what());
        return static_cast<int>(error.code());
    } catch (const std::exception& error) {
        std::fprintf(stderr, "%s\n", error.what());
        return 1;
    }
}
