# CMake toolchain: aarch64 on Debian, by gcc-aarch64-linux-gnu and multiarch's arm64 libraries, run under qemu-user.
# The C library is multiarch's too. Beside it, the loader of the cross compiler's own makes pthread_create spin.
set(CMAKE_SYSTEM_NAME Linux)
set(CMAKE_SYSTEM_PROCESSOR aarch64)
set(CMAKE_C_COMPILER aarch64-linux-gnu-gcc)
set(CMAKE_LIBRARY_ARCHITECTURE aarch64-linux-gnu)
set(CMAKE_CROSSCOMPILING_EMULATOR qemu-aarch64)
set(ENV{PKG_CONFIG_LIBDIR} /usr/lib/aarch64-linux-gnu/pkgconfig:/usr/share/pkgconfig)
