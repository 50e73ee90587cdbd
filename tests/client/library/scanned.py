"""The playlist that tests of the library have in common, and what its tracks are paired with."""

ID = "spotify:playlist:numbers"
FIRST, SECOND, THIRD, FOURTH = (f"spotify:track:{name}" for name in ("first", "second", "third", "fourth"))


async def scanned(library, folder):
    await library.add_folder(folder)
    return await library.scan()


async def file_names(library):
    return [None if it.file is None else it.file.name for it in (await library.pairing(ID)).tracks]
