// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "qpkg/core/files.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <fstream>
#include <string>
#include <thread>

namespace qpkg::testing {

inline sockaddr_in loopback(std::uint16_t port)
{
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return address;
}

/// A port that nothing listens on at this moment.
inline std::uint16_t free_port()
{
    const Fd fd(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    auto address = loopback(0);
    socklen_t size = sizeof address;
    if (::bind(fd.get(), reinterpret_cast<sockaddr*>(&address), size) != 0 ||
        ::getsockname(fd.get(), reinterpret_cast<sockaddr*>(&address), &size) != 0) {
        return 0;
    }
    return ntohs(address.sin_port);
}

/// Serves a directory on loopback for the life of this object.
class Nginx {
public:
    static bool is_installed() { return ::access(program, X_OK) == 0; }

    /// `locations`: more of nginx's configuration for this server.
    explicit Nginx(const std::filesystem::path& served, const std::string& locations = "")
        : scratch_(std::filesystem::temp_directory_path(), "qpkg-nginx-"), port_(free_port())
    {
        const auto directory = scratch_.path().string();
        ::chmod(directory.c_str(), 0755);
        std::ofstream(directory + "/nginx.conf")
            << "daemon off; master_process off; pid " << directory << "/pid; error_log " << directory << "/errors;\n"
            << "events {}\nhttp { access_log off; default_type application/octet-stream;\n"
            << "client_body_temp_path " << directory << "; proxy_temp_path " << directory << "; fastcgi_temp_path "
            << directory << "; uwsgi_temp_path " << directory << "; scgi_temp_path " << directory << ";\n"
            << "server { listen 127.0.0.1:" << port_ << "; root " << served.string() << ";\n"
            << locations << "}}\n";
        const auto config = directory + "/nginx.conf";
        const auto errors = directory + "/errors";
        child_ = ::fork();
        if (child_ == 0) {
            ::prctl(PR_SET_PDEATHSIG, SIGKILL);
            ::execl(program, program, "-c", config.c_str(), "-e", errors.c_str(), nullptr);
            ::_exit(127);
        }
        wait_until_it_listens();
    }
    Nginx(const Nginx&) = delete;
    Nginx& operator=(const Nginx&) = delete;
    ~Nginx()
    {
        ::kill(child_, SIGKILL);
        ::waitpid(child_, nullptr, 0);
    }

    std::string url() const { return "http://127.0.0.1:" + std::to_string(port_); }

private:
    static constexpr const char* program = "/usr/sbin/nginx";

    void wait_until_it_listens() const
    {
        const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(20);
        while (std::chrono::steady_clock::now() < end) {
            const Fd fd(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
            const auto address = loopback(port_);
            if (::connect(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0) {
                return;
            }
            std::this_thread::sleep_for(std::chrono::milliseconds(10));
        }
    }

    files::TemporaryDirectory scratch_;
    std::uint16_t port_;
    pid_t child_ = -1;
};

} // namespace qpkg::testing
