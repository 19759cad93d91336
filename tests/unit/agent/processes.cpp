// SPDX-License-Identifier: LGPL-2.1-or-later
#include "agent/processes.hpp"

#include "support/expect.hpp"

#include "qpkg/core/files.hpp"

#include <filesystem>
#include <fstream>

using namespace qpkg;
using namespace qpkg::agent;

TEST_CASE("a place with nothing but its first process and its bus is at its end")
{
    CHECK_FALSE(others_run({{1, 0, false}}, 0));
    CHECK_FALSE(others_run({{1, 0, false}, {5, 1, false}, {6, 5, false}, {7, 6, false}}, 5));
    CHECK_FALSE(others_run({{1, 0, false}, {9, 1, true}}, 0));
}

TEST_CASE("whatever is not of the bus keeps a place, also what came from outside")
{
    CHECK(others_run({{1, 0, false}, {8, 1, false}}, 0));
    CHECK(others_run({{1, 0, false}, {5, 1, false}, {6, 5, false}, {8, 1, false}}, 5));
    CHECK(others_run({{1, 0, false}, {8, 0, false}}, 5));
    CHECK(others_run({{1, 0, false}, {8, 9, false}, {9, 8, false}}, 5)); // a table that changed while it was read
}

TEST_CASE("processes are read from proc, whatever they are called")
{
    const files::TemporaryDirectory proc(std::filesystem::temp_directory_path());
    const auto add = [&](const std::string& number, const std::string& stat) {
        std::filesystem::create_directories(proc.path() / number);
        std::ofstream(proc.path() / number / "stat") << stat;
    };
    add("1", "1 (qpkg-agent) S 0 1 1 0\n");
    add("12", "12 (a) S 7 (b) R) Z 1 12 12 0\n");
    add("13", "cut");
    std::filesystem::create_directories(proc.path() / "14"); // ended while it was looked at
    std::filesystem::create_directories(proc.path() / "self");

    CHECK(running_processes(proc.path()) == std::vector<Process>{{1, 0, false}, {12, 1, true}});
}
