"""Name the one part that is compiled; all else about the package is in setup.cfg."""

from pathlib import Path

from setuptools import Extension, setup

CORE = Path("geo", "passages", "core")

setup(
    ext_modules=[
        Extension(
            "geo.passages._core",
            sources=[str(CORE / "core.c")],
            depends=sorted(str(header) for header in CORE.glob("*.h")),
            # exact signs need every product rounded by itself; nobody asks for errno
            extra_compile_args=["-O3", "-ffp-contract=off", "-fno-math-errno"],
            py_limited_api=True,
            # without a compiler numpy gives the same answers, later
            optional=True,
        )
    ]
)
