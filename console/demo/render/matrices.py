"""Projection matrices of the renderer, row-major 4×4. Pure numpy."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from console.demo.cameras import HEIGHT_PX, WIDTH_PX, View

Matrix = NDArray[np.float64]


def view_matrix(view: View) -> Matrix:
    """City frame → camera frame (x right, y up, −z forward)."""
    right, up, forward = (np.array(axis) for axis in view.axes())
    rows = np.stack([right, up, -forward])
    matrix = np.eye(4)
    matrix[:3, :3] = rows
    matrix[:3, 3] = -rows @ np.array([view.x_m, view.y_m, view.height_m])
    return matrix


def perspective(view: View, near_m: float, far_m: float) -> Matrix:
    matrix = np.zeros((4, 4))
    matrix[0, 0] = 2 * view.focal_px / WIDTH_PX
    matrix[1, 1] = 2 * view.focal_px / HEIGHT_PX
    matrix[2, 2] = -(far_m + near_m) / (far_m - near_m)
    matrix[2, 3] = -2 * far_m * near_m / (far_m - near_m)
    matrix[3, 2] = -1.0
    return matrix


def look(towards: tuple[float, float, float], at: tuple[float, float, float]) -> Matrix:
    """City frame → the frame of a far light in direction `towards`, centred on `at`."""
    back = np.array(towards, np.float64)
    back /= np.linalg.norm(back)
    side = np.cross([0.0, 0.0, 1.0], back)
    side /= max(float(np.linalg.norm(side)), 1e-9)
    up = np.cross(back, side)
    rows = np.stack([side, up, back])
    matrix = np.eye(4)
    matrix[:3, :3] = rows
    matrix[:3, 3] = -rows @ np.array(at)
    return matrix


def orthographic(half_m: float, depth_m: float) -> Matrix:
    matrix = np.eye(4)
    matrix[0, 0] = matrix[1, 1] = 1.0 / half_m
    matrix[2, 2] = -1.0 / depth_m
    return matrix
