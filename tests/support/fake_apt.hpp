// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "qpkg/base/digest.hpp"
#include "qpkg/core/error.hpp"
#include "qpkg/core/files.hpp"
#include "qpkg/ports/sandbox.hpp"

#include <fcntl.h>

#include <algorithm>
#include <string>

namespace qpkg::testing {

/// A sandbox in which apt knows one package, "hello 1.0", and installing it makes a few files. No namespaces, no root.
class FakeApt final : public Sandbox {
public:
    explicit FakeApt(std::filesystem::path base) : base_(std::move(base)) {}

    bool is_reachable = true;
    bool has_package_file = true; ///< a mirror keeps old versions only for a while
    std::string signed_sha256;    ///< what the package lists say; empty: the truth
    std::string address = "http://mirror/hello_1.0_amd64.deb";
    int installations = 0;

    static std::string package_file()
    {
        auto deb = std::string("!<arch>\ndebian-binary   1700000000  0     0     100644  4         `\n2.0\n");
        return deb + std::string(200, 'x');
    }

    CommandResult run(const SandboxRun& request) override
    {
        const auto& argv = request.command.argv;
        const auto has = [&](const std::string& word) {
            return std::find(argv.begin(), argv.end(), word) != argv.end();
        };
        if (argv[0] == "/bin/sh") {
            return {.status = argv.back() == "true" ? 0 : 1, .output = {}, .errors = "no such luck\n"};
        }
        if (argv[0] == "cat") { // dpkg's status: the base has no package
            return {};
        }
        if (argv[0] == "cp") { // the root of a whole view
            copy(base_, request.binds.front().first);
            copy(request.lower.front(), request.binds.front().first);
            return {};
        }
        if (has("pkgnames")) {
            return {.status = 0, .output = "hallo\nhello\nunrelated\n", .errors = {}};
        }
        if (has("show")) {
            const auto digest = signed_sha256.empty() ? sha256(package_file()).hex() : signed_sha256;
            return {.status = 0,
                    .output = "Package: hello\nVersion: 1.0\nArchitecture: amd64\nSHA256: " + digest + "\n\n",
                    .errors = {}};
        }
        if (has("update")) {
            return is_reachable ? CommandResult{}
                                : CommandResult{.status = 100, .output = {}, .errors = "E: Failed to fetch\n"};
        }
        if (has("--print-uris")) {
            return choose(argv.back());
        }
        if (has("--download-only") || has("download-file")) {
            return download(request);
        }
        install(request.upper);
        return {};
    }

    Fd open_root(const std::filesystem::path&) override { return files::open(base_, O_PATH | O_DIRECTORY); }

private:
    static void copy(const std::filesystem::path& from, const std::filesystem::path& to)
    {
        using std::filesystem::copy_options;
        std::filesystem::copy(from, to, copy_options::recursive | copy_options::overwrite_existing);
    }

    CommandResult choose(const std::string& package) const
    {
        if (package != "hello") {
            return {.status = 100, .output = {}, .errors = "E: Unable to locate package " + package + '\n'};
        }
        return {.status = 0, .output = '\'' + address + "' hello_1.0_amd64.deb 268 MD5Sum:0\n", .errors = {}};
    }

    CommandResult download(const SandboxRun& request) const
    {
        if (!has_package_file) {
            return {.status = 100, .output = {}, .errors = "E: Failed to fetch http://mirror/hello  404  Not Found\n"};
        }
        for (const auto& [outside, inside] : request.binds) {
            if (inside == "/var/cache/apt") {
                files::write(outside / "archives/hello_1.0_amd64.deb", package_file(), 0644,
                             files::Durability::scratch);
            }
        }
        return {};
    }

    void install(const std::filesystem::path& upper)
    {
        const auto write = [&](const std::string& path, const std::string& bytes, unsigned mode = 0644) {
            std::filesystem::create_directories((upper / path).parent_path());
            files::write(upper / path, bytes, mode, files::Durability::scratch);
        };
        write("usr/bin/hello", "#!/bin/sh\necho hello\n", 04755);
        write("var/lib/dpkg/info/hello.list", "/.\n/usr\n/usr/bin\n/usr/bin/hello\n");
        write("var/lib/dpkg/status", "Package: hello\nDescription: says hello\n");
        write("etc/machine-id", std::to_string(++installations));
    }

    std::filesystem::path base_;
};

} // namespace qpkg::testing
