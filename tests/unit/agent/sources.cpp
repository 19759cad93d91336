// SPDX-License-Identifier: LGPL-2.1-or-later
#include "agent/sources.hpp"

#include "support/expect.hpp"

#include "qpkg/core/files.hpp"

#include <fstream>

using namespace qpkg;
using namespace qpkg::agent;

namespace fs = std::filesystem;

namespace {

const std::string root = "0123456789abcdef0123" + std::string(44, 'a');
const std::string hello = "org.example.hello 1.0-1 private " + root;
const std::string other = "org.example.other 2.0 private " + std::string(64, 'b');

/// A qube that has nothing yet, in a directory; nothing is waited for.
struct Qube {
    files::TemporaryDirectory directory{fs::temp_directory_path()};
    Surroundings where{.announced = directory.path() / "announced",
                       .qubesdb = directory.path() / "qubesdb-multiread",
                       .sys = directory.path() / "sys",
                       .dev = directory.path() / "dev",
                       .kernel_line = directory.path() / "cmdline",
                       .patience = std::chrono::milliseconds(0)};

    void write(const std::string& name, const std::string& text) const
    {
        const auto path = directory.path() / name;
        fs::create_directories(path.parent_path());
        std::ofstream(path) << text;
    }
    void add_disk(const std::string& name, const std::string& serial, const std::string& content = "") const
    {
        write("sys/block/" + name + "/serial", serial);
        write("dev/" + name, content);
    }
    void answer_as_qubesdb(const std::string& script) const
    {
        write("qubesdb-multiread", "#!/bin/sh\n" + script);
        fs::permissions(where.qubesdb, fs::perms{0755});
    }
};

} // namespace

TEST_CASE("a file of the directory names a device or says that the volume is mounted")
{
    CHECK(std::holds_alternative<Mounted>(parse_directory_file("a", hello + "\nmounted\n").place));
    CHECK(std::get<fs::path>(parse_directory_file("a", hello + "\ndevice /dev/xvdqa\n").place) == "/dev/xvdqa");
    CHECK(parse_directory_file("a", other + "\nmounted\n").volume.version == "2.0");
}

TEST_CASE("a file of the directory that is cut or says more is refused")
{
    const auto whole = hello + "\ndevice /dev/xvdqa\n";
    for (std::size_t length = 0; length < whole.size(); ++length) {
        CHECK_FAILS(Code::corrupt, "", parse_directory_file("a", whole.substr(0, length)));
    }
    CHECK_FAILS(Code::corrupt, "two lines", parse_directory_file("a", whole + "\n"));
    CHECK_FAILS(Code::corrupt, "neither", parse_directory_file("a", hello + "\ndevice xvdqa\n"));
    CHECK_FAILS(Code::corrupt, "neither", parse_directory_file("a", hello + "\ndevice /dev/a b\n"));
    CHECK_FAILS(Code::corrupt, "neither",
                parse_directory_file("a", hello + "\ndevice /" + std::string(255, 'a') + '\n'));
}

TEST_CASE("what makes no sense in the directory is a problem, not an end")
{
    const Qube qube;
    qube.write("announced/b", hello + "\nmounted\n");
    qube.write("announced/c", "rubbish\n");
    qube.write("announced/.writing", "rub");

    const auto notices = read_directory(qube.where);

    REQUIRE(notices);
    REQUIRE(notices->found.size() == 1);
    CHECK(notices->found[0].slot == "b");
    CHECK(notices->problems == std::vector<std::string>{"slot c: expected two lines"});
}

TEST_CASE("QubesDB's entries with one letter are slots")
{
    const auto notices =
        parse_qubesdb("a = " + hello + "\nno = " + other + "\nB = " + other + "\nb = rubbish\nc = " + other);

    REQUIRE(notices.found.size() == 2);
    CHECK(notices.found[0].slot == "a");
    CHECK(notices.found[1].slot == "c");
    REQUIRE(notices.problems.size() == 1);
    CHECK(notices.problems[0].starts_with("slot b: "));
}

TEST_CASE("the apps of a composed volume have the letter of its disk, and a number")
{
    const Qube qube;
    qube.answer_as_qubesdb("echo 'b0 = " + hello + "'; echo 'b12 = " + other + "'; echo 'b1x = " + other + "'\n");
    qube.write("dev/xvdqb", "");

    const auto announced = read_announcements(qube.where);

    REQUIRE(announced);
    CHECK(announced->problems.empty());
    REQUIRE(announced->found.size() == 2);
    CHECK(announced->found[0].device == qube.where.dev / "xvdqb");
    CHECK(announced->found[1].device == qube.where.dev / "xvdqb");
}

TEST_CASE("QubesDB is asked by its program, for our entries")
{
    const Qube qube;
    qube.answer_as_qubesdb("[ \"$*\" = /vm-config/qpkg- ] && echo 'a = " + hello + "'\n");
    qube.write("dev/xvdqa", "");

    const auto announced = read_announcements(qube.where);

    REQUIRE(announced);
    REQUIRE(announced->found.size() == 1);
    CHECK(announced->found[0].device == qube.where.dev / "xvdqa");
}

TEST_CASE("a QubesDB that does not answer is an error: it has not said that there are no volumes")
{
    const Qube qube;
    qube.answer_as_qubesdb("exit 1\n");

    CHECK_FAILS(Code::failed, "ended with status 1", read_announcements(qube.where));
}

TEST_CASE("the kernel's command line announces; a version may hold commas")
{
    const auto notices = parse_kernel_line("quiet qpkg.a=org.example.hello,1,0,private," + root +
                                           " qpkg.b=org.example.other,2,private," + root + " qpkg.c=x qpkg.D=y ro\n");

    REQUIRE(notices);
    REQUIRE(notices->found.size() == 2);
    CHECK(notices->found[0].volume.version == "1,0");
    CHECK(notices->found[1].volume.version == "2");
    CHECK(notices->problems == std::vector<std::string>{"kernel command line: qpkg.c: expected APP,VERSION,VIEW,ROOT",
                                                        "kernel command line: qpkg.D: this is no slot's name"});
    CHECK_FALSE(parse_kernel_line("quiet qpkg root=/dev/vda\n"));
}

TEST_CASE("a kernel's word that lacks a part is a problem")
{
    for (const std::string value : {"", ",", ",,", "a,b", "org.example.hello,private,x"}) {
        const auto notices = parse_kernel_line("qpkg.a=" + value);
        REQUIRE(notices);
        CHECK(notices->found.empty());
        CHECK(notices->problems.size() == 1);
    }
}

TEST_CASE("the config disk is found by its serial and read up to its padding")
{
    const Qube qube;
    qube.add_disk("vda", "other");
    qube.add_disk("vdb", "qpkg-announced\n",
                  "qpkg-announced-2\na " + hello + "\nb rubbish\n" + std::string(512, '\0') + "a " + other);
    qube.add_disk("vdc", root.substr(0, 20));

    const auto announced = read_announcements(qube.where);

    REQUIRE(announced);
    REQUIRE(announced->found.size() == 1);
    CHECK(announced->found[0].device == qube.where.dev / "vdc");
    CHECK(announced->problems.size() == 1);
}

TEST_CASE("a config disk of another kind, or a cut one, announces nothing")
{
    for (const std::string text : {"", "qpkg-announced-2", "qpkg-announced-3\n"}) {
        const auto notices = parse_config_disk(text);
        CHECK(notices.found.empty());
        CHECK(notices.problems.size() == 1);
    }
    CHECK(parse_config_disk("qpkg-announced-2\na " + hello).problems.size() == 1);
    CHECK(parse_config_disk("qpkg-announced-2\n").problems.empty());
}

TEST_CASE("the first source that is there counts alone")
{
    const Qube qube;
    CHECK_FALSE(read_announcements(qube.where));
    qube.write("cmdline", "qpkg.a=org.example.kernel,1,private," + root);
    qube.write("dev/xvdqa", "");
    const auto from_kernel = read_announcements(qube.where);
    fs::create_directory(qube.where.announced);

    REQUIRE(from_kernel);
    CHECK(from_kernel->found.size() == 1);
    CHECK(read_announcements(qube.where)->found.empty());
}

TEST_CASE("a serial goes before a letter, and a disk that nobody announces is no disk of ours")
{
    const Qube qube;
    qube.write("cmdline", "qpkg.a=org.example.hello,1,private," + root + " qpkg.b=org.example.other,1,private," +
                              std::string(64, 'b'));
    qube.add_disk("vda", root.substr(0, 20));
    qube.add_disk("vdb", "0123");
    qube.write("dev/xvdqa", "");
    qube.write("dev/xvdqb", "");
    qube.write("dev/xvdqc", "");

    const auto announced = read_announcements(qube.where);

    REQUIRE(announced->found.size() == 2);
    CHECK(announced->found[0].device == qube.where.dev / "vda");
    CHECK(announced->found[1].device == qube.where.dev / "xvdqb");
}
