// SPDX-License-Identifier: LGPL-2.1-or-later
#include "adapters/local/streams.hpp"

#include "qpkg/core/error.hpp"

#include <sys/stat.h>
#include <unistd.h>

namespace qpkg::local {
namespace {

using session::Keys;
using session::ProgramStreams;
using session::StreamSource;

StreamKind kind_of(int fd)
{
    if (::isatty(fd) != 0) {
        return StreamKind::terminal;
    }
    struct stat info {};
    if (::fstat(fd, &info) == 0 && S_ISDIR(info.st_mode)) {
        return StreamKind::directory;
    }
    const bool is_pipe = (S_ISFIFO(info.st_mode) || S_ISSOCK(info.st_mode));
    return is_pipe ? StreamKind::piped : StreamKind::other;
}

StreamSource source_of_written(StreamKind kind)
{
    return kind == StreamKind::terminal ? StreamSource::own_terminal : StreamSource::given;
}

} // namespace

CallersStreams callers_streams() { return {kind_of(STDIN_FILENO), kind_of(STDOUT_FILENO), kind_of(STDERR_FILENO)}; }

ProgramStreams plan_streams(const CallersStreams& callers)
{
    for (const auto kind : {callers.input, callers.output, callers.errors}) {
        if (kind == StreamKind::directory) {
            throw Error(Code::usage, "a standard stream is a folder, which no program of a qube may have");
        }
    }
    ProgramStreams streams{StreamSource::given, source_of_written(callers.output), source_of_written(callers.errors),
                           Keys::kept};
    if (callers.input != StreamKind::terminal) {
        return streams;
    }
    streams.input = StreamSource::nothing;
    if (callers.output != StreamKind::piped) {
        streams.input = StreamSource::own_terminal;
        streams.keys = Keys::passed_on;
    }
    return streams;
}

} // namespace qpkg::local
