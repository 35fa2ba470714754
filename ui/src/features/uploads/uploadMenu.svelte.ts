import type { MenuOrigin } from "../../components/menu";

/** The menu of the uploads: at most one is open. */
export class UploadMenuState {
  current = $state.raw<{ uploadId: number; origin: MenuOrigin } | null>(null);

  open(uploadId: number, origin: MenuOrigin): void {
    this.current = { uploadId, origin };
  }

  close = (): void => {
    this.current = null;
  };
}
