// SPDX-License-Identifier: LGPL-2.1-or-later
#include "agent/opening.hpp"

#include "agent/small_files.hpp"
#include "support/expect.hpp"

#include "qpkg/core/files.hpp"

#include <sys/stat.h>

#include <map>

using namespace qpkg;
using namespace qpkg::agent;

namespace {

/// A home, a folder of data, and a folder of programs.
class Desk {
public:
    Desk()
    {
        write("bin/view", "", 0755);
        entry("view.desktop");
    }

    void write(const std::string& path, std::string_view bytes, unsigned mode = 0644) const
    {
        fs::create_directories((folder.path() / path).parent_path());
        write_file(folder.path() / path, bytes, mode);
    }

    void entry(const std::string& name, const std::string& more = "") const
    {
        write("data/applications/" + name,
              "[Desktop Entry]\nType=Application\nName=A\nExec=view " + name + " %u\n" + more);
    }

    OpeningFolders folders() const
    {
        const auto root = folder.path().string();
        std::map<std::string, std::string> all{{"HOME", root + "/home"},
                                               {"XDG_CONFIG_DIRS", root + "/etc:relative"},
                                               {"XDG_DATA_DIRS", root + "/data"},
                                               {"PATH", root + "/bin"},
                                               {"XDG_CURRENT_DESKTOP", "X-Desk:GNOME"}};
        return opening_folders([&](const char* name) { return all[name]; });
    }

    /// The entry that was started.
    std::string opened(const std::string& scheme) const
    {
        const auto words = program_to_open(folders(), {scheme + ":x", scheme});
        REQUIRE(words.size() == 3);
        CHECK(words[2] == scheme + ":x");
        return words[1];
    }

    std::string type_of(const std::string& path) const { return type_of_file(folders(), folder.path() / path); }

    files::TemporaryDirectory folder{fs::temp_directory_path()};
};

} // namespace

TEST_CASE("folders are those of the variables, or what the specification says")
{
    const auto plain =
        opening_folders([](const char* name) { return std::string(name) == "HOME" ? "/home/user" : ""; });
    CHECK(plain.configuration == std::vector<fs::path>{"/home/user/.config", "/etc/xdg"});
    CHECK(plain.data == std::vector<fs::path>{"/home/user/.local/share", "/usr/local/share", "/usr/share"});

    const auto desk = Desk().folders();
    CHECK(desk.configuration.size() == 2); // the relative one is skipped
    CHECK(desk.desktops == std::vector<std::string>{"x-desk", "gnome"});
}

TEST_CASE("a file has the type of its name, else of what it is")
{
    const Desk desk;
    desk.write("data/mime/globs2", "50:application/pdf:*.pdf\n");
    desk.write("a.pdf", "\1");
    desk.write("text", "hello");
    desk.write("bytes", "\1\2");
    desk.write("late", std::string(5000, 'a') + '\1');
    REQUIRE(::mkfifo((desk.folder.path() / "pipe").c_str(), 0600) == 0);

    CHECK(desk.type_of("a.pdf") == "application/pdf");
    CHECK(desk.type_of("text") == "text/plain");
    CHECK(desk.type_of("bytes") == "application/octet-stream");
    CHECK(desk.type_of("late") == "text/plain");
    CHECK(desk.type_of("pipe") == "application/octet-stream");
    CHECK(desk.type_of("data") == "inode/directory");
    CHECK_FAILS(Code::not_found, "no such file", desk.type_of("absent"));
}

TEST_CASE("the owner's choice comes before the qube's, and that before who can")
{
    const Desk desk;
    desk.write("data/applications/mimeinfo.cache", "[MIME Cache]\nx-scheme-handler/irc=absent.desktop;view.desktop;\n");
    CHECK(desk.opened("irc") == "view.desktop");
    for (const auto& [file, name] :
         {std::pair("data/applications/mimeapps.list", "1.desktop"), std::pair("etc/mimeapps.list", "2.desktop"),
          std::pair("home/.config/mimeapps.list", "3.desktop"),
          std::pair("home/.config/gnome-mimeapps.list", "4.desktop")}) {
        desk.entry(name);
        desk.write(file, std::string("[Default Applications]\nx-scheme-handler/irc=") + name + "\n");
        CHECK(desk.opened("irc") == name);
    }
    desk.write("home/.config/gnome-mimeapps.list", "broken");
    CHECK(desk.opened("irc") == "3.desktop");
}

TEST_CASE("an entry that cannot start gives way to the next")
{
    const Desk desk;
    desk.entry("hidden.desktop", "Hidden=true\n");
    desk.entry("tried.desktop", "TryExec=absent\n");
    desk.write("data/applications/gone.desktop", "[Desktop Entry]\nType=Application\nExec=absent %u\n");
    desk.write("data/applications/broken.desktop", "[Desktop Entry]\nType=Application\nExec=view \"%u\"\n");
    desk.entry("kde/good.desktop", "NoDisplay=true\nTryExec=view\n");
    desk.write("home/.config/mimeapps.list", "[Default Applications]\nx-scheme-handler/irc=hidden.desktop;"
                                             "tried.desktop;gone.desktop;broken.desktop;kde-good.desktop\n");

    CHECK(desk.opened("irc") == "kde/good.desktop");
}

TEST_CASE("a program of a terminal gets one, or the one that there is")
{
    const Desk desk;
    desk.entry("text.desktop", "Terminal=true\n");
    desk.write("data/applications/mimeinfo.cache", "[MIME Cache]\nx-scheme-handler/irc=text.desktop;\n");
    auto folders = desk.folders();
    CHECK_FAILS(Code::unsupported, "no application", program_to_open(folders, {"irc:x", "irc"}));

    desk.write("bin/x-terminal-emulator", "", 0755);
    CHECK(program_to_open(folders, {"irc:x", "irc"}) ==
          std::vector<std::string>{"x-terminal-emulator", "-e", "view", "text.desktop", "irc:x"});

    folders.is_terminal = true;
    CHECK(program_to_open(folders, {"irc:x", "irc"}) == std::vector<std::string>{"view", "text.desktop", "irc:x"});
}

TEST_CASE("what nothing opens is told by its type")
{
    const Desk desk;
    desk.write("data/applications/mimeinfo.cache", "[MIME Cache]\ntext/plain=view.desktop;\n");
    desk.write("data/mime/globs2", "50:application/x-own:*.own\n50:text/x-c:*.c\n50:application/x-sh:*.sh\n");
    desk.write("data/mime/subclasses", "application/x-sh text/x-script\n");
    for (const auto* name : {"a.own", "a.c", "a.sh"}) {
        desk.write(name, "");
    }
    const auto open = [&](const char* name) {
        return program_to_open(desk.folders(), {(desk.folder.path() / name).string(), {}});
    };

    CHECK_FAILS(Code::unsupported, "no application of this qube opens application/x-own", open("a.own"));
    CHECK(open("a.c").front() == "view");
    CHECK(open("a.sh").front() == "view");
    CHECK_FAILS(Code::unsupported, "opens x-scheme-handler/xmpp", desk.opened("xmpp"));
    CHECK_FAILS(Code::not_found, "no such file", open("absent"));
}
