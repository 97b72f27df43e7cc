"""The GPU compositor: pictures as parts of one texture, one draw a frame, the look as a layer above."""
