// SPDX-License-Identifier: LGPL-2.1-or-later
#include "adapters/local/streams.hpp"

#include <sys/stat.h>
#include <unistd.h>

namespace qpkg::local {
namespace {

StreamKind kind_of(int fd)
{
    if (::isatty(fd) != 0) {
        return StreamKind::terminal;
    }
    struct stat info {};
    const bool is_pipe = ::fstat(fd, &info) == 0 && (S_ISFIFO(info.st_mode) || S_ISSOCK(info.st_mode));
    return is_pipe ? StreamKind::pipe : StreamKind::other;
}

StreamSource source_of_written(StreamKind kind)
{
    return kind == StreamKind::terminal ? StreamSource::own_terminal : StreamSource::callers;
}

} // namespace

CallersStreams callers_streams() { return {kind_of(STDIN_FILENO), kind_of(STDOUT_FILENO), kind_of(STDERR_FILENO)}; }

bool ProgramStreams::has_terminal() const noexcept
{
    return input == StreamSource::own_terminal || output == StreamSource::own_terminal ||
           errors == StreamSource::own_terminal;
}

ProgramStreams plan_streams(const CallersStreams& callers)
{
    ProgramStreams streams{StreamSource::callers, source_of_written(callers.output), source_of_written(callers.errors),
                           Keys::kept};
    if (callers.input != StreamKind::terminal) {
        return streams;
    }
    streams.input = StreamSource::nothing;
    if (callers.output != StreamKind::pipe) {
        streams.input = StreamSource::own_terminal;
        streams.keys = Keys::passed_on;
    }
    return streams;
}

} // namespace qpkg::local
