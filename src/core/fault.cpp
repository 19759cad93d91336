// SPDX-License-Identifier: LGPL-2.1-or-later
#include "qpkg/core/fault.hpp"

#if QPKG_FAULTS

#include <fcntl.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <csignal>
#include <cstdint>
#include <cstdlib>
#include <string>

namespace qpkg {
namespace {

// _IOR('X', 125, __u32), the same number for XFS (XFS_IOC_GOINGDOWN) and ext4; flag 2: do not flush the log.
constexpr unsigned long shutdown_request = _IOR('X', 125, std::uint32_t);
constexpr std::uint32_t without_log_flush = 2;

void trace(const char* file, std::string_view name)
{
    const auto line = std::string(name) + '\n';
    const int fd = ::open(file, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
    if (fd < 0 || ::write(fd, line.data(), line.size()) < 0) {
        std::abort();
    }
    ::close(fd);
}

void lose_power(const char* path)
{
    auto flags = without_log_flush;
    const int fd = ::open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0 || ::ioctl(fd, shutdown_request, &flags) != 0) {
        std::abort();
    }
}

/// Allocates a file at `path` until nothing is free, down to the last byte.
void fill_disk(const char* path)
{
    const int fd = ::open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
    if (fd < 0) {
        std::abort();
    }
    off_t end = 0;
    for (off_t piece = off_t{1} << 30; piece > 0;) {
        if (::posix_fallocate(fd, end, piece) == 0) {
            end += piece;
        } else {
            piece /= 2;
        }
    }
    ::close(fd);
}

const char* path_of(const char* setting)
{
    return std::string_view(setting).substr(std::string_view(setting).find(':') + 1).data();
}

} // namespace

void fault_point(std::string_view name)
{
    static const char* const trace_file = std::getenv("QPKG_FAULT_TRACE");
    static const char* const kill_at = std::getenv("QPKG_FAULT_KILL");
    static const char* const power_at = std::getenv("QPKG_FAULT_POWER");
    static const char* const full_at = std::getenv("QPKG_FAULT_FULL");
    static const char* const interrupt_at = std::getenv("QPKG_FAULT_INTERRUPT");
    static long reached = 0;

    ++reached;
    if (trace_file != nullptr) {
        trace(trace_file, name);
    }
    if (kill_at != nullptr && std::atol(kill_at) == reached) {
        ::raise(SIGKILL);
    }
    if (interrupt_at != nullptr && std::atol(interrupt_at) == reached) {
        ::kill(0, SIGINT);
    }
    if (full_at != nullptr && std::atol(full_at) == reached) {
        fill_disk(path_of(full_at));
    }
    if (power_at != nullptr && std::atol(power_at) == reached) {
        lose_power(path_of(power_at));
        ::raise(SIGKILL);
    }
}

bool fault_skips_sync(std::string_view path)
{
    static const char* const word = std::getenv("QPKG_FAULT_NO_SYNC");
    return word != nullptr && path.find(word) != std::string_view::npos;
}

} // namespace qpkg

#endif
